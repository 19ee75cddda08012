/** One room that this relay serves: its lines, its seats, its place in the log. */
import { CLOSE } from "../../shared/close-codes.ts";
import type { Stop } from "../../shared/clock.ts";
import type { RouteId, SessionId } from "../../shared/ids.ts";
import type { Log, LogListener, RoomLog } from "../ports/log.ts";
import { createDelivery } from "./delivery.ts";
import { admit, giveTurn } from "./entering.ts";
import { proposeRefounding } from "./founding.ts";
import { createGathering } from "./gathering.ts";
import { sendFrame, type Guest } from "./guest.ts";
import { handle } from "./handlers.ts";
import type { Line, Visit, Visitor } from "./line.ts";
import { encodeNote } from "./notes.ts";
import { hear, joinOtherRelays, seatsHere, tellGone } from "./other-relays.ts";
import { createPresenceList } from "./presence.ts";
import { createProposing, type Outcome, type Telling } from "./proposing.ts";
import { createQuotas } from "./quotas.ts";
import { awaitSessions, takeIn } from "./seating.ts";
import { depart, end, type Site } from "./site.ts";
import { seatOf, standingSessions } from "./state.ts";
import { createTurns } from "./turns.ts";

/** What every room of a relay gets. */
export type RoomParts = Pick<
  Site,
  "clock" | "limits" | "sha256" | "report" | "takeFounding" | "takeRefounding" | "media"
> & {
  /** True once the relay stops: nothing more is taken. */
  readonly isDraining: () => boolean;
  /** A hint when to come back after a restart, in ms; another for each line. */
  readonly retryAfterMs: () => number;
  /** The same, where another relay, or this one, can serve the room at once. */
  readonly retrySoonMs: () => number;
};

export interface Room {
  enter(visitor: Visitor, line: Line): Visit;
  /** While the relay drains: writes what was accepted, then sends every line elsewhere. */
  drain(): Promise<void>;
  /** For who came for a line that has gone meanwhile. */
  closeIfIdle(): void;
  /** Lines here, and seats that this relay holds for someone away. */
  count(): { readonly lines: number; readonly away: number };
}

/** Serves a room from now until nothing needs it any more; `closed` is called then, once. */
export async function createRoom(
  log: Log,
  routeId: RouteId,
  parts: RoomParts,
  closed: () => void,
): Promise<Room> {
  let isOver = false;
  let site: Site | null = null;
  let stopTelling: Stop = () => undefined;
  const listener: LogListener = {
    records(records) {
      const standing = site?.log.standing() ?? null;
      if (site === null || isOver) return;
      if (standing !== null) takeIn(site, records, standing);
    },
    ended() {
      parts.media?.purge(routeId);
      if (site === null) isOver = true;
      else over(site);
    },
    lost() {
      if (site === null) isOver = true;
      else lost(site);
    },
    noted(note) {
      if (site !== null && !isOver) hear(site, note);
    },
  };

  function over(ended: Site): void {
    if (isOver) return;
    ended.report("ended");
    ended.delivery.flush();
    ended.seated.clear();
    ended.turns.close();
    for (const guest of ended.guests) end(ended, guest, CLOSE.ended);
    close(ended);
  }

  /** Everyone comes again: then the room is served as it stands by then, or its members re-found it. */
  function lost(lacking: Site): void {
    if (isOver) return;
    lacking.report("unreachable");
    lacking.delivery.flush();
    lacking.seated.clear();
    for (const guest of lacking.guests) end(lacking, guest, CLOSE.later, parts.retrySoonMs());
    close(lacking);
  }

  function close(finished: Site): void {
    if (isOver) return;
    isOver = true;
    stopTelling();
    finished.presence.close();
    finished.turns.close();
    finished.gathering.close();
    finished.log.close();
    closed();
  }

  function checkIdle(): void {
    if (site === null || parts.isDraining() || isOver || site.guests.size > 0) return;
    if (!site.proposing.isIdle() || site.presence.awayCount() > 0) return;
    close(site);
  }

  const roomLog = await log.serve(routeId, listener);
  if (isOver) {
    // Whoever comes again is served what stands then.
    roomLog.close();
    throw new Error("the room went while it was looked up");
  }
  const opened = createSite({ ...parts, routeId }, roomLog, {
    // What was proposed to a room that has just ended finds it closed: no failure of the order.
    unreachable: () => isOver || parts.report("unreachable"),
    idle: checkIdle,
  });
  site = opened;
  const standing = opened.log.standing();
  if (standing !== null) awaitSessions(opened, standingSessions(standing.state));
  stopTelling = joinOtherRelays(opened);

  return {
    enter(visitor, line) {
      const guest: Guest = {
        visitor,
        line,
        joiner: {
          turn: () => giveTurn(opened, guest),
          turnOver: () => sendFrame(guest, { kind: "turn-over" }),
        },
        phase: { kind: "opening" },
        refusals: [],
      };
      opened.guests.add(guest);
      admit(opened, guest);
      return {
        receive(frame) {
          if (!parts.isDraining()) handle(opened, guest, frame);
        },
        closed: () => depart(opened, guest),
      };
    },
    async drain() {
      await opened.proposing.idle();
      opened.delivery.flush();
      tellGone(opened, seatsHere(opened));
      opened.seated.clear();
      opened.turns.close();
      for (const guest of opened.guests) end(opened, guest, CLOSE.restart, parts.retryAfterMs());
      close(opened);
    },
    closeIfIdle: checkIdle,
    count: () => ({ lines: opened.guests.size, away: opened.presence.awayCount() }),
  };
}

function createSite(
  parts: RoomParts & Pick<Site, "routeId">,
  log: RoomLog,
  telling: Telling,
): Site {
  const { clock, limits } = parts;
  const delivery = createDelivery(clock, log.standing()?.head ?? 0);
  const proposing = createProposing(clock, log, telling);
  const presence = createPresenceList({
    clock,
    graceMs: () => log.standing()?.policy.graceMs ?? 0,
    changed: (session, state) => delivery.presence(session, state),
    proposeLeave,
  });

  function proposeLeave(session: SessionId, settled: (outcome: Outcome) => void): void {
    const standing = log.standing();
    const seat = standing === null ? null : seatOf(standing.state, session);
    if (seat === null) {
      settled({ kind: "refused", reason: "no-seat", detail: 0 });
      return;
    }
    const proposal = { kind: "leave", session, arrival: seat.arrival } as const;
    proposing.propose({ proposal, groupInfo: null }, settled);
  }

  const site: Site = {
    ...parts,
    log,
    delivery,
    proposing,
    presence,
    turns: createTurns({
      clock,
      lease: (leaseMs) => log.lease(leaseMs),
      release() {
        log.release();
        log.note(encodeNote({ kind: "turn-free" }));
      },
    }),
    gathering: createGathering(clock, (open) => proposeRefounding(site, open)),
    quotas: createQuotas(clock, limits),
    guests: new Set(),
    seated: new Map(),
    checkIdle: telling.idle,
  };
  return site;
}
