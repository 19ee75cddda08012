/** What accepted records do to a room's lines: who gets a seat here, who loses it, who is told. */
import { equal } from "../../shared/bytes.ts";
import { CLOSE } from "../../shared/close-codes.ts";
import type { SessionId } from "../../shared/ids.ts";
import type { Leave, Record } from "../../shared/protocol.ts";
import type { Standing } from "../ports/log.ts";
import { catchUp } from "./catch-up.ts";
import { resume, tellFounded } from "./entering.ts";
import { sendFrame, setPhase, type Guest } from "./guest.ts";
import { end, type Site } from "./site.ts";
import { seatOf, standingSessions } from "./state.ts";

/** Takes in new records; `standing` is the room as of the last of them. */
export function takeIn(site: Site, records: readonly Record[], standing: Standing): void {
  site.delivery.records(records);
  for (const record of records) {
    switch (record.kind) {
      case "open":
        opened(site, record, standing);
        break;
      case "commit":
        if (seatOf(standing.state, record.session)?.since === record.number) {
          seat(site, record, standing);
        }
        break;
      case "arrive":
        seat(site, record, standing);
        break;
      case "leave":
        left(site, record);
        break;
      case "post":
        site.media?.announce(site.routeId, record, standing);
    }
  }
  if (records.some(({ kind }) => kind === "commit")) site.turns.renew();
  for (const guest of site.guests) {
    if (guest.phase.kind === "holding") resume(site, guest, guest.phase.cursor);
  }
  // Another relay may have done what this one was kept for.
  site.checkIdle();
}

function opened(site: Site, open: Extract<Record, { kind: "open" }>, standing: Standing): void {
  site.gathering.close();
  site.report(open.refounding === null ? "founded" : "refounded");
  if (open.refounding === null) seat(site, open, standing);
  else for (const session of open.refounding.sessions) site.presence.setAway(session);
  for (const guest of site.guests) {
    const { kind } = guest.phase;
    if (kind === "outside" || kind === "gathering") tellFounded(site, guest);
  }
}

type Seating = Extract<Record, { kind: "open" | "commit" | "arrive" }>;

/** The line for which this record was proposed, if it is on this relay and still here. */
function claimantOf(site: Site, record: Seating): Guest | null {
  for (const guest of site.guests) {
    if (guest.visitor.session === record.session && isClaim(guest, record)) return guest;
  }
  return null;
}

/** A session may have asked for the same at another relay: the very record must be this line's. */
function isClaim({ phase, visitor }: Guest, record: Seating): boolean {
  switch (record.kind) {
    case "open":
      return phase.kind === "founding" && equal(phase.sealed, record.sealed);
    case "commit":
      return (
        phase.kind === "joining" && phase.sealed !== null && equal(phase.sealed, record.sealed)
      );
    case "arrive":
      return phase.kind === "arriving" && record.connections === visitor.connections;
  }
}

/** The record gives its session the seat: to the line that proposed it, from any older one. */
function seat(site: Site, record: Seating, standing: Standing): void {
  const { session } = record;
  const older = site.seated.get(session);
  site.seated.delete(session);
  if (older !== undefined) end(site, older, CLOSE.replaced);
  const guest = claimantOf(site, record);
  if (guest === null) {
    for (const other of site.guests) {
      const waits = other.visitor.session === session && other.phase.kind === "joining";
      if (waits) end(site, other, CLOSE.gone);
    }
    // Whoever proposed it has it, at another relay; if that was a line here that is gone, its
    // `proposeSeating` tells.
    site.presence.setElsewhere(session);
    return;
  }
  site.seated.set(session, guest);
  const covered = guest.phase.kind === "arriving" ? guest.phase.covered : record.number - 1;
  site.turns.drop(guest.joiner);
  welcome(site, guest, { covered, arrival: record.number }, standing);
  site.presence.setPresent(session);
}

function welcome(
  site: Site,
  guest: Guest,
  { covered, arrival }: { readonly covered: number; readonly arrival: number },
  { incarnation, head, state }: Standing,
): void {
  const { session } = guest.visitor;
  const counter = seatOf(state, session)?.counter ?? 0;
  // Whoever is told of the seats sees itself present among them.
  const seated = site.presence
    .of(standingSessions(state))
    .map((other) =>
      other.session === session ? { session, presence: "present" as const } : other,
    );
  const nowMs = site.clock.wall();
  sendFrame(guest, {
    kind: "welcome",
    incarnation,
    arrival,
    counter,
    first: covered + 1,
    head,
    nowMs,
    seated,
  });
  site.delivery.attach(guest.line, session);
  const failed = () => end(site, guest, CLOSE.later);
  setPhase(guest, {
    kind: "seated",
    arrival,
    stop: catchUp(site, { line: guest.line, covered, failed }),
  });
}

function left(site: Site, { session }: Leave): void {
  const guest = site.seated.get(session);
  site.seated.delete(session);
  site.presence.remove(session);
  site.delivery.forget(session);
  site.quotas.forget(session);
  if (guest !== undefined) end(site, guest, CLOSE.gone);
}

/** Sessions whose seats stand but that nobody here has: their grace runs from now. */
export function awaitSessions(site: Site, sessions: readonly SessionId[]): void {
  for (const session of sessions) if (!site.seated.has(session)) site.presence.setAway(session);
}
