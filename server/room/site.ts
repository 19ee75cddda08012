/** What the parts of one room share: its pieces, its guests, and who goes when a line ends. */
import type { Bytes } from "../../shared/bytes.ts";
import { CLOSE, type CloseReason } from "../../shared/close-codes.ts";
import type { Clock } from "../../shared/clock.ts";
import type { RouteId, SessionId } from "../../shared/ids.ts";
import type { Refused } from "../../shared/protocol.ts";
import type { Candidate, RoomLog } from "../ports/log.ts";
import { pieces } from "./batches.ts";
import type { Delivery } from "./delivery.ts";
import type { Gathering } from "./gathering.ts";
import { closeLine, sendFrame, setPhase, type Guest } from "./guest.ts";
import type { RoomLimits } from "./limits.ts";
import type { Media } from "./media.ts";
import { tellGone } from "./other-relays.ts";
import type { PresenceList } from "./presence.ts";
import type { Outcome, Proposing } from "./proposing.ts";
import type { Quotas } from "./quotas.ts";
import { seatOf } from "./state.ts";
import type { Turns } from "./turns.ts";

/** What a room tells the operator: that it happened, never where or to whom. */
export type RoomEvent = "founded" | "refounded" | "ended" | "unreachable" | "strange-note";

export interface Site {
  readonly routeId: RouteId;
  readonly clock: Clock;
  readonly limits: RoomLimits;
  readonly sha256: (bytes: Bytes) => Bytes;
  readonly report: (event: RoomEvent) => void;
  readonly log: RoomLog;
  readonly delivery: Delivery;
  readonly proposing: Proposing;
  readonly presence: PresenceList;
  readonly turns: Turns;
  readonly gathering: Gathering;
  readonly quotas: Quotas;
  /** Null where this relay takes no files. */
  readonly media: Media | null;
  readonly guests: Set<Guest>;
  /** The line that has the session's seat. */
  readonly seated: Map<SessionId, Guest>;
  /** Founding quotas by address key, of the whole relay. */
  readonly takeFounding: (addressKey: string) => boolean;
  readonly takeRefounding: (addressKey: string) => boolean;
  /** Closes the room's object if nothing needs it any more. */
  readonly checkIdle: () => void;
}

/** A client that stays outside without a word is let go after so long. */
const OUTSIDE_MS = 30_000;

/** Takes a guest out of everything. Its session is away from now on, unless another line has its seat. */
export function depart(site: Site, guest: Guest): void {
  if (!site.guests.delete(guest)) return;
  const { session } = guest.visitor;
  const { phase } = guest;
  setPhase(guest, { kind: "over" });
  site.delivery.detach(guest.line);
  site.turns.drop(guest.joiner);
  site.gathering.drop(session);
  if (site.seated.get(session) === guest) {
    site.seated.delete(session);
    site.presence.setAway(session);
    if (phase.kind === "seated") tellGone(site, [{ session, arrival: phase.arrival }]);
  }
  const standing = site.log.standing();
  if (standing === null || seatOf(standing.state, session) === null) site.quotas.forget(session);
  site.checkIdle();
}

/** Ends a guest's line for that reason. */
export function end(site: Site, guest: Guest, reason: CloseReason, retryAfterMs?: number): void {
  if (guest.phase.kind === "over") return;
  depart(site, guest);
  closeLine(guest, reason, retryAfterMs);
}

/**
 * Proposes what gives this guest's session its seat. If the line is gone by the time it is in the order,
 * nobody has the seat that it gave.
 */
export function proposeSeating(
  site: Site,
  guest: Guest,
  candidate: Candidate,
  settled: (outcome: Outcome) => void,
): void {
  const { session } = guest.visitor;
  site.proposing.propose(candidate, (outcome) => {
    settled(outcome);
    if (outcome.kind !== "accepted" || site.seated.has(session)) return;
    const standing = site.log.standing();
    const arrival = standing === null ? undefined : seatOf(standing.state, session)?.arrival;
    if (arrival !== outcome.number) return;
    site.presence.setAway(session);
    tellGone(site, [{ session, arrival }]);
  });
}

/** Leaves it to the client what it does: found, found again, arrive, ask for a turn, or go. */
export function putOutside(site: Site, guest: Guest): void {
  const stop = site.clock.after(OUTSIDE_MS, () => end(site, guest, CLOSE.later));
  setPhase(guest, { kind: "outside", stop });
}

/** Refuses one offer; the refusals of one turn of the event loop leave in one frame. */
export function refuse(site: Site, guest: Guest, refused: Refused): void {
  guest.refusals.push(refused);
  if (guest.refusals.length > 1) return;
  site.clock.soon(() => {
    const { refusals } = guest;
    guest.refusals = [];
    for (const part of pieces(refusals)) sendFrame(guest, { kind: "refused", refusals: part });
  });
}
