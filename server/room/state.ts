/**
 * Names of a room's fields and typed views of them. A state is flat and all numbers, so that any
 * store can compare and set single fields; nothing outside this file spells a field's name.
 */
import { parseHex } from "../../shared/bytes.ts";
import { sessionIdOf, type SessionId } from "../../shared/ids.ts";
import { MAX_POSTS_UNDER_WAY } from "../../shared/limits.ts";
import type { State } from "../ports/log.ts";

/** Version of the rules that `open` pinned. */
export const RULES = "rules";
/** The policy's member cap. */
export const CAP = "cap";
/** Number of the last commit record; `open` is the first. */
export const LAST = "last";
/** Count of commit records so far. */
export const COMMITS = "commits";
/** Number of the newest commit record that removes someone; absent where none does. */
export const REMOVAL = "removal";
/** Count of standing seats. */
export const SEATS = "seats";

/** Commit records whose numbers are remembered; more than a post may fall behind. */
const REMEMBERED_COMMITS = 8;

/** Number of the `count`-th commit record, of the last few. */
export function commitField(count: number): string {
  return `commit.${count % REMEMBERED_COMMITS}`;
}

/**
 * A seat: `since` is the number of the record that gave it and stands as long as the seat does,
 * `arrival` the newest of open, commit or arrive, `left` the number of the leave, kept for good.
 */
export function seatField(
  session: SessionId,
  field: "since" | "arrival" | "connections" | "counter" | "left",
): string {
  return `seat.${session}.${field}`;
}

/** Number of the session's post with this counter, of the last 16. */
export function postField(session: SessionId, counter: number): string {
  return `post.${session}.${counter % MAX_POSTS_UNDER_WAY}`;
}

/** What stands of a seat that has not left. */
export interface Seat {
  readonly since: number;
  readonly arrival: number;
  /** Counter of the last accepted post; 0 before the first. */
  readonly counter: number;
}

/** The session's standing seat, or null. */
export function seatOf(state: State, session: SessionId): Seat | null {
  const since = state.get(seatField(session, "since"));
  const arrival = state.get(seatField(session, "arrival"));
  if (since === undefined || arrival === undefined) return null;
  return { since, arrival, counter: state.get(seatField(session, "counter")) ?? 0 };
}

/** True where the session had a seat and left it. */
export function hasLeft(state: State, session: SessionId): boolean {
  return state.has(seatField(session, "left"));
}

/** Sessions with a standing seat, in no particular order. */
export function standingSessions(state: State): SessionId[] {
  const sessions: SessionId[] = [];
  for (const field of state.keys()) {
    const hex = /^seat\.([0-9a-f]{32})\.since$/.exec(field)?.[1];
    const bytes = hex === undefined ? null : parseHex(hex);
    if (bytes !== null) sessions.push(sessionIdOf(bytes));
  }
  return sessions;
}

/** True where another joiner would exceed the member cap. */
export function isFull(state: State): boolean {
  return (state.get(SEATS) ?? 0) >= (state.get(CAP) ?? 0);
}
