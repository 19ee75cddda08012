/**
 * This relay among those that serve the same room: what it tells them of its seats and signals, and what
 * it makes of what they say. The order settles who has a seat; notes only say whether anyone is there.
 */
import type { Bytes } from "../../shared/bytes.ts";
import type { Stop } from "../../shared/clock.ts";
import type { SessionId } from "../../shared/ids.ts";
import { decodeNote, encodeNote, type Note, type SeatHere } from "./notes.ts";
import type { Site } from "./site.ts";
import { seatOf } from "./state.ts";

/** A relay names its seats this often; three times before it counts as dead (`HEARD_FOR_MS`). */
const HERE_EVERY_MS = 2_000;

/** Asks who has seats where, and from now on says which are here. */
export function joinOtherRelays(site: Site): Stop {
  if (site.log.standing() !== null) tell(site, { kind: "who" });
  let stop: Stop = () => undefined;
  const again = (): void => {
    stop = site.clock.after(HERE_EVERY_MS, () => {
      tellHere(site);
      again();
    });
  };
  again();
  return () => stop();
}

/** The lines of these seats have ended. */
export function tellGone(site: Site, seats: readonly SeatHere[]): void {
  const incarnation = site.log.standing()?.incarnation;
  if (incarnation !== undefined && seats.length > 0) {
    tell(site, { kind: "gone", incarnation, seats });
  }
}

/** Passes on what a session said here. */
export function tellSignal(site: Site, session: SessionId, sealed: Bytes): void {
  const incarnation = site.log.standing()?.incarnation;
  if (incarnation !== undefined) tell(site, { kind: "signal", incarnation, session, sealed });
}

/** Every seat that a line of this relay has. */
export function seatsHere(site: Site): SeatHere[] {
  return Array.from(site.seated, ([session, { phase }]) =>
    phase.kind === "seated" ? [{ session, arrival: phase.arrival }] : [],
  ).flat();
}

function tellHere(site: Site): void {
  const incarnation = site.log.standing()?.incarnation;
  const seats = seatsHere(site);
  if (incarnation !== undefined && seats.length > 0) {
    tell(site, { kind: "here", incarnation, seats });
  }
}

function tell(site: Site, note: Note): void {
  site.log.note(encodeNote(note));
}

/** What another relay said; whatever is not a note of ours, or is of another incarnation, counts for nothing. */
export function hear(site: Site, bytes: Bytes): void {
  const note = decodeNote(bytes);
  if (note === null) {
    site.report("strange-note");
    return;
  }
  if ("incarnation" in note && note.incarnation !== site.log.standing()?.incarnation) return;
  switch (note.kind) {
    case "who":
      tellHere(site);
      break;
    case "turn-free":
      site.turns.retry();
      break;
    case "here":
      for (const session of current(site, note.seats)) site.presence.setElsewhere(session);
      site.checkIdle();
      break;
    case "gone":
      for (const session of current(site, note.seats)) site.presence.setAway(session);
      break;
    case "signal":
      site.delivery.signal(note.session, note.sealed);
  }
}

/** Those of a relay's seats that the order still gives it, none of which can be here. */
function current(site: Site, seats: readonly SeatHere[]): SessionId[] {
  const state = site.log.standing()?.state;
  if (state === undefined) return [];
  return seats.flatMap(({ session, arrival }) =>
    !site.seated.has(session) && seatOf(state, session)?.arrival === arrival ? [session] : [],
  );
}
