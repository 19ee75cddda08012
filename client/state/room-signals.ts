/** The signals behind one RoomView, changed only when what is seen changes. */
import { computed, signal } from "@preact/signals-core";
import type { Policy } from "../../shared/policy.ts";
import { safetyCode } from "../crypto/safety-code.ts";
import { createComparing } from "./comparing.ts";
import type { Confirmation } from "./confirming.ts";
import { rosterOf } from "./roster.ts";
import type { Seat } from "./seat.ts";
import type { Connection, Encryption, RosterEntry } from "./view.ts";

export function createRoomSignals(policy: Policy) {
  const connection = signal<Connection>("live");
  const confirmation = signal<Confirmation>("joining");
  const isReleased = signal(false);
  const split = signal<{ readonly by: string | null } | null>(null);
  const roster = signal<readonly RosterEntry[]>([]);
  const code = signal("");
  const comparing = createComparing(roster);
  const pendingCount = signal(0);
  const unreadCount = signal(0);
  const policySignal = signal(policy);
  let rosterSeen = "";
  let codeFor: Uint8Array | null = null;

  const encryption = computed<Encryption>(() => {
    if (split.value !== null) return { kind: "split", by: split.value.by };
    if (confirmation.value === "unconfirmed") {
      return { kind: "unconfirmed", released: isReleased.value };
    }
    return { kind: confirmation.value === "confirmed" ? "sealed" : "joining" };
  });

  return {
    connection,
    confirmation,
    isReleased,
    split,
    roster,
    safetyCode: code,
    comparison: comparing.comparison,
    comparing,
    pendingCount,
    unreadCount,
    policy: policySignal,
    encryption,
    /** Takes over what the seat says now; `pending` messages of one's own have no answer yet. */
    refresh(seat: Seat | null, state: Confirmation, pending: number): void {
      confirmation.value = state;
      pendingCount.value = pending;
      if (seat === null) return;
      policySignal.value = seat.group.policy;
      const entries = rosterOf(seat, state === "confirmed");
      const text = JSON.stringify(entries);
      if (text !== rosterSeen) roster.value = entries;
      rosterSeen = text;
      if (codeFor === seat.group.authenticator) return;
      codeFor = seat.group.authenticator;
      code.value = safetyCode(seat.group.authenticator);
    },
  };
}

export type RoomSignals = ReturnType<typeof createRoomSignals>;
