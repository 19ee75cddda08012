/** What a proved visitor gets: no room, another incarnation, its seat again, or a place in the queue to join. */
import { CLOSE } from "../../shared/close-codes.ts";
import type { Cursor } from "../../shared/ids.ts";
import { RULES_VERSION } from "../../shared/protocol.ts";
import type { Standing } from "../ports/log.ts";
import { sendFrame, setPhase, type Guest } from "./guest.ts";
import type { Outcome } from "./proposing.ts";
import { end, proposeSeating, putOutside, type Site } from "./site.ts";
import { hasLeft, isFull, RULES, seatOf } from "./state.ts";

/** A cursor ahead of this relay waits so long for it to catch up. */
const HOLD_MS = 5_000;

/** Begins a guest's visit, once the room is known. */
export function admit(site: Site, guest: Guest): void {
  const standing = site.log.standing();
  const { cursor } = guest.visitor;
  if (standing === null && cursor !== null) {
    resume(site, guest, cursor);
    return;
  }
  if (standing === null) {
    putOutside(site, guest);
    sendFrame(guest, { kind: "no-room" });
    return;
  }
  if (standing.state.get(RULES) !== RULES_VERSION) {
    end(site, guest, CLOSE.upgradeRequired);
    return;
  }
  if (!replaceOlder(site, guest)) return;
  if (cursor === null) queue(site, guest);
  else resume(site, guest, cursor);
}

/** Of two lines of one unseated session the one of the newer connection stays. */
function replaceOlder(site: Site, guest: Guest): boolean {
  const { session, connections } = guest.visitor;
  for (const other of site.guests) {
    if (other === guest || other.visitor.session !== session) continue;
    if (other.phase.kind === "seated") continue;
    if (other.visitor.connections > connections) {
      end(site, guest, CLOSE.replaced);
      return false;
    }
    end(site, other, CLOSE.replaced);
  }
  return true;
}

/** Tells a guest that a room stands of which it knows nothing yet. */
export function tellFounded(site: Site, guest: Guest): void {
  const standing = site.log.standing();
  if (standing === null) return;
  const { incarnation, open } = standing;
  if (open === null) {
    // It expired; so has every seat that was founded again and not taken since.
    end(site, guest, CLOSE.gone);
    return;
  }
  putOutside(site, guest);
  sendFrame(guest, { kind: "founded", incarnation, open });
}

/** Puts a session without a seat into the queue for a turn to join. */
export function queue(site: Site, guest: Guest): void {
  const standing = site.log.standing();
  if (standing === null) {
    putOutside(site, guest);
    sendFrame(guest, { kind: "no-room" });
    return;
  }
  const { state } = standing;
  const { session } = guest.visitor;
  if (hasLeft(state, session) || seatOf(state, session) !== null) end(site, guest, CLOSE.gone);
  else if (isFull(state)) end(site, guest, CLOSE.full);
  else {
    setPhase(guest, { kind: "joining", sealed: null });
    site.turns.ask(guest.joiner);
  }
}

/** It is this guest's turn, or the last commit record is another now. */
export function giveTurn(site: Site, guest: Guest): void {
  const standing = site.log.standing();
  if (standing === null) return;
  if (isFull(standing.state)) {
    end(site, guest, CLOSE.full);
    return;
  }
  const { incarnation, last } = standing;
  sendFrame(guest, { kind: "turn", incarnation, last: last.record, groupInfo: last.groupInfo });
}

/** Takes a session's own seat again from where it left off. */
export function resume(site: Site, guest: Guest, cursor: Cursor): void {
  // What it has seen is still to come here: neither "no room" nor "another" would be true.
  if (site.log.isAhead(cursor.incarnation)) {
    hold(site, guest, cursor);
    return;
  }
  const standing = site.log.standing();
  if (standing === null) {
    putOutside(site, guest);
    sendFrame(guest, { kind: "no-room" });
  } else if (cursor.incarnation !== standing.incarnation) tellFounded(site, guest);
  else if (seatOf(standing.state, guest.visitor.session) === null) end(site, guest, CLOSE.gone);
  else if (cursor.number > standing.head) hold(site, guest, cursor);
  else arrive(site, guest, cursor, standing);
}

function hold(site: Site, guest: Guest, cursor: Cursor): void {
  if (guest.phase.kind === "holding") return;
  const stop = site.clock.after(HOLD_MS, () => end(site, guest, CLOSE.later));
  setPhase(guest, { kind: "holding", cursor, stop });
}

function arrive(site: Site, guest: Guest, cursor: Cursor, { state }: Standing): void {
  const { session, connections } = guest.visitor;
  // A session is served only records from its own seating on, whatever its cursor says.
  const since = seatOf(state, session)?.since ?? 1;
  setPhase(guest, { kind: "arriving", covered: Math.max(cursor.number, since - 1) });
  const proposal = { kind: "arrive", session, connections } as const;
  proposeSeating(site, guest, { proposal, groupInfo: null }, (outcome) => {
    if (guest.phase.kind === "arriving") arrivalSettled(site, guest, outcome);
  });
}

function arrivalSettled(site: Site, guest: Guest, outcome: Outcome): void {
  if (outcome.kind === "accepted") return;
  if (outcome.kind === "unknown") end(site, guest, CLOSE.later);
  else if (outcome.reason === "replaced") end(site, guest, CLOSE.replaced);
  else if (outcome.reason === "rules") end(site, guest, CLOSE.upgradeRequired);
  else if (outcome.reason === "no-room") admit(site, guest);
  else end(site, guest, CLOSE.gone);
}
