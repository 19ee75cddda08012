/** What an operator may set about rooms; asked before proposing, so no rule of the order reads it. */
import type { Rate } from "./token-bucket.ts";
import type { Quota } from "./windows.ts";

export interface RoomLimits {
  /** Posts and commits that one session offers. */
  readonly posts: Rate;
  readonly signals: Rate;
  /** Accepted commits of one session (DESIGN §4: one a second). */
  readonly commits: Quota;
  /** Accepted joins of one address into one room (DESIGN §4: sixty a minute). */
  readonly joins: Quota;
  /** Rooms founded by one address. */
  readonly foundings: Quota;
  /** Rooms re-founded by one address: after a restart everyone behind it comes at once. */
  readonly refoundings: Quota;
  /** Most bytes of records that one room keeps; commits may fill as much again. */
  readonly roomBytes: number;
  /** Lines closed for a restart come back spread over so long. */
  readonly retrySpreadMs: number;
}

export const DEFAULT_ROOM_LIMITS: RoomLimits = {
  posts: { perSecond: 10, burst: 40 },
  signals: { perSecond: 5, burst: 20 },
  commits: { count: 1, windowMs: 1_000 },
  joins: { count: 60, windowMs: 60_000 },
  foundings: { count: 5, windowMs: 60_000 },
  refoundings: { count: 60, windowMs: 60_000 },
  roomBytes: 64 * 1024 * 1024,
  retrySpreadMs: 2_000,
};
