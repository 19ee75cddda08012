/** What accepted records do to a room's lines: who gets a seat here, who loses it, who is told. */
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
  const holder = site.turns.holder();
  for (const record of records) {
    switch (record.kind) {
      case "open":
        opened(site, record, standing);
        break;
      case "commit":
        if (seatOf(standing.state, record.session)?.since === record.number) {
          seat(site, record, standing, "joining");
        }
        break;
      case "arrive":
        seat(site, record, standing, "arriving");
        break;
      case "leave":
        left(site, record);
        break;
      case "post":
    }
  }
  // Who got the turn just now was shown the newest commit record already.
  if (site.turns.holder() === holder && records.some(({ kind }) => kind === "commit")) {
    site.turns.renew();
  }
  for (const guest of site.guests) {
    if (guest.phase.kind === "holding") resume(site, guest, guest.phase.cursor);
  }
}

function opened(site: Site, open: Extract<Record, { kind: "open" }>, standing: Standing): void {
  site.gathering.close();
  site.report(open.refounding === null ? "founded" : "refounded");
  if (open.refounding === null) seat(site, open, standing, "founding");
  else for (const session of open.refounding.sessions) site.presence.setAway(session);
  for (const guest of site.guests) {
    const { kind } = guest.phase;
    if (kind === "outside" || kind === "gathering") tellFounded(site, guest);
  }
}

type Claim = "founding" | "joining" | "arriving";

/** The line for which this record was proposed, if it is on this relay and still here. */
function claimantOf(site: Site, record: Record, claim: Claim): Guest | null {
  for (const guest of site.guests) {
    if (guest.visitor.session !== record.session || guest.phase.kind !== claim) continue;
    if (record.kind !== "arrive" || record.connections === guest.visitor.connections) return guest;
  }
  return null;
}

/** The record gives its session the seat: to the line that proposed it, from any older one. */
function seat(site: Site, record: Record, standing: Standing, claim: Claim): void {
  const { session } = record;
  const older = site.seated.get(session);
  const guest = claimantOf(site, record, claim);
  if (guest === null) {
    if (older !== undefined) end(site, older, CLOSE.replaced);
    site.presence.setAway(session);
    return;
  }
  site.seated.set(session, guest);
  if (older !== undefined) end(site, older, CLOSE.replaced);
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
    stop: catchUp(site, { line: guest.line, covered, failed }),
  });
}

function left(site: Site, { session }: Leave): void {
  const guest = site.seated.get(session);
  site.seated.delete(session);
  site.presence.remove(session);
  site.quotas.forget(session);
  if (guest !== undefined) end(site, guest, CLOSE.gone);
}

/** Sessions whose seats stand but that nobody here has: their grace runs from now. */
export function awaitSessions(site: Site, sessions: readonly SessionId[]): void {
  for (const session of sessions) if (!site.seated.has(session)) site.presence.setAway(session);
}
