/**
 * What the person found when comparing the safety code. The code changes with every epoch, but who was
 * compared stays who they are: sessions are named by their keys, so whoever is still here is covered,
 * and only who came later is not (RFC 9420 §8.7: the authenticator covers the whole group).
 */
import { computed, signal, type ReadonlySignal } from "@preact/signals-core";
import type { SessionId } from "../../shared/ids.ts";
import type { Comparison, RosterEntry } from "./view.ts";

interface Found {
  readonly outcome: "matches" | "differs";
  readonly atMs: number;
  readonly sessions: ReadonlySet<SessionId>;
}

export interface Comparing {
  readonly comparison: ReadonlySignal<Comparison>;
  /** Keeps what was found, of the members listed now, at `atMs` on the wall clock. */
  found(outcome: "matches" | "differs", atMs: number): void;
  /** The seat is lost: the next group was never compared. */
  forget(): void;
}

export function createComparing(roster: ReadonlySignal<readonly RosterEntry[]>): Comparing {
  const found = signal<Found | null>(null);
  const comparison = computed<Comparison>(() => {
    const { value } = found;
    if (value === null) return { kind: "not-yet" };
    if (value.outcome === "differs") return { kind: "differs", atMs: value.atMs };
    const since = roster.value.filter(({ session }) => !value.sessions.has(session));
    // A new key of one's own means another seat, whose group came by a join that nobody compared.
    if (since.some(({ isYou }) => isYou)) return { kind: "not-yet" };
    const joinedSince = since.map(({ nickname }) => nickname);
    return { kind: "compared", atMs: value.atMs, joinedSince };
  });
  return {
    comparison,
    found(outcome, atMs) {
      const sessions = new Set(roster.value.map(({ session }) => session));
      found.value = { outcome, atMs, sessions };
    },
    forget() {
      found.value = null;
    },
  };
}
