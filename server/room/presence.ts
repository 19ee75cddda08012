/** Who is here: present, away (may resume for the grace), or left. Memory only, never in the order. */
import type { Clock, Stop } from "../../shared/clock.ts";
import type { SessionId } from "../../shared/ids.ts";
import type { Presence, Seated } from "../../shared/protocol.ts";
import type { Outcome } from "./proposing.ts";

export interface PresenceParts {
  readonly clock: Clock;
  /** How long a session may be away; of the room's policy. */
  readonly graceMs: () => number;
  /** Tells the others. */
  readonly changed: (session: SessionId, presence: Presence) => void;
  /** Proposes the leave of a session whose grace is over, naming the newest arrival. */
  readonly proposeLeave: (session: SessionId, settled: (outcome: Outcome) => void) => void;
}

export interface PresenceList {
  /** A line of this relay has its seat. */
  setPresent(session: SessionId): void;
  /** Another relay has its seat, as that relay or a record says: holds for `HEARD_FOR_MS`. */
  setElsewhere(session: SessionId): void;
  /** Nobody has its seat: starts the grace anew. */
  setAway(session: SessionId): void;
  remove(session: SessionId): void;
  of(sessions: readonly SessionId[]): Seated[];
  /** Sessions that are away: someone must see to their leaves. */
  awayCount(): number;
  /** Stops every grace. */
  close(): void;
}

/** A session at another relay is away when nothing was heard of it for so long: that relay says it three times as often. */
export const HEARD_FOR_MS = 6_000;
/** A leave that could not reach the order is proposed again after so long. */
const LEAVE_AGAIN_MS = 4_000;

/** Where a session is, as far as this relay knows; `stop` ends what would happen next. */
interface Place {
  readonly kind: "here" | "elsewhere" | "away";
  readonly stop: Stop;
}

/** Nobody present, nobody away. */
export function createPresenceList(parts: PresenceParts): PresenceList {
  const places = new Map<SessionId, Place>();

  const isPresent = (session: SessionId): boolean =>
    places.has(session) && places.get(session)?.kind !== "away";

  function move(session: SessionId, place: Place): void {
    places.get(session)?.stop();
    places.set(session, place);
  }

  function becomePresent(session: SessionId, place: Place): void {
    const wasPresent = isPresent(session);
    move(session, place);
    if (!wasPresent) parts.changed(session, "present");
  }

  function setAway(session: SessionId): void {
    startGrace(session, parts.graceMs());
    parts.changed(session, "away");
  }

  function startGrace(session: SessionId, delayMs: number): void {
    const stop = parts.clock.after(delayMs, () => {
      parts.proposeLeave(session, (outcome) => {
        if (places.get(session) !== place) return;
        if (outcome.kind === "unknown") startGrace(session, LEAVE_AGAIN_MS);
        // Refused: it has left, or a newer arrival stands that another relay sees to.
        else places.delete(session);
      });
    });
    const place: Place = { kind: "away", stop };
    move(session, place);
  }

  return {
    setPresent(session) {
      becomePresent(session, { kind: "here", stop: () => undefined });
    },
    setElsewhere(session) {
      const stop = parts.clock.after(HEARD_FOR_MS, () => setAway(session));
      becomePresent(session, { kind: "elsewhere", stop });
    },
    setAway,
    remove(session) {
      places.get(session)?.stop();
      places.delete(session);
    },
    of: (sessions) =>
      sessions.map((session) => ({
        session,
        presence: isPresent(session) ? "present" : "away",
      })),
    awayCount: () => [...places.values()].filter(({ kind }) => kind === "away").length,
    close() {
      for (const { stop } of places.values()) stop();
      places.clear();
    },
  };
}
