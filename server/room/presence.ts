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
  setPresent(session: SessionId): void;
  /** Starts the grace anew. */
  setAway(session: SessionId): void;
  remove(session: SessionId): void;
  of(sessions: readonly SessionId[]): Seated[];
  /** Sessions that are away: someone must see to their leaves. */
  awayCount(): number;
  /** Stops every grace. */
  close(): void;
}

/** A leave that could not reach the order is proposed again after so long. */
const LEAVE_AGAIN_MS = 4_000;

/** Nobody present, nobody away. */
export function createPresenceList(parts: PresenceParts): PresenceList {
  const present = new Set<SessionId>();
  const away = new Map<SessionId, Stop>();

  function stopGrace(session: SessionId): void {
    away.get(session)?.();
    away.delete(session);
  }

  function startGrace(session: SessionId, delayMs: number): void {
    const stop = parts.clock.after(delayMs, () => {
      parts.proposeLeave(session, (outcome) => {
        if (away.get(session) !== stop) return;
        if (outcome.kind === "unknown") startGrace(session, LEAVE_AGAIN_MS);
        // Refused: it has left, or a newer arrival stands that another relay sees to.
        else away.delete(session);
      });
    });
    away.set(session, stop);
  }

  return {
    setPresent(session) {
      stopGrace(session);
      if (present.has(session)) return;
      present.add(session);
      parts.changed(session, "present");
    },
    setAway(session) {
      stopGrace(session);
      present.delete(session);
      startGrace(session, parts.graceMs());
      parts.changed(session, "away");
    },
    remove(session) {
      stopGrace(session);
      present.delete(session);
    },
    of: (sessions) =>
      sessions.map((session) => ({
        session,
        presence: present.has(session) ? "present" : "away",
      })),
    awayCount: () => away.size,
    close() {
      for (const stop of away.values()) stop();
      away.clear();
    },
  };
}
