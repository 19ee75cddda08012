/**
 * Turns for joining (DESIGN §5.3): one joiner at a time, first come, first served, on a short lease that
 * all relays of the region share. Nothing relies on it but the joiners' patience.
 */
import type { Clock, Stop } from "../../shared/clock.ts";
import { JOIN_LEASE_MS } from "../../shared/limits.ts";

/** What happens to a joiner. */
export interface Joiner {
  /** It has the turn, or a commit record came while it has it. */
  turn(): void;
  turnOver(): void;
}

export interface TurnsParts {
  readonly clock: Clock;
  /** Asks for the region's turn for `leaseMs`; false while another relay has it. It may fail. */
  readonly lease: (leaseMs: number) => Promise<boolean>;
  /** Gives the region's turn back. */
  readonly release: () => void;
}

export interface Turns {
  /** Queues who asks, unless it waits already. */
  ask(joiner: Joiner): void;
  /** Ends its waiting and its turn: it joined, or its line closed. */
  drop(joiner: Joiner): void;
  /** Who has the turn. */
  holder(): Joiner | null;
  /** A new commit record stands: who has the turn must follow that. */
  renew(): void;
  /** Another relay may have given up the turn: asks for it now, not when it is time to. */
  retry(): void;
  /** Ends all waiting, without a word. */
  close(): void;
}

/** While another relay has the turn it is asked for this often. */
const RETRY_MS = 100;

/** No turn, no queue. */
export function createTurns({ clock, lease, release }: TurnsParts): Turns {
  const queue = new Set<Joiner>();
  let holder: { readonly joiner: Joiner; readonly stop: Stop } | null = null;
  let isAsking = false;
  let stopRetry: Stop = () => undefined;

  function grant(): void {
    stopRetry();
    if (holder !== null || isAsking || queue.size === 0) return;
    isAsking = true;
    void lease(JOIN_LEASE_MS)
      .catch(() => false)
      .then(answered);
  }

  function answered(isOurs: boolean): void {
    isAsking = false;
    const next = queue.values().next();
    if (next.done === true) {
      if (isOurs) release();
    } else if (isOurs) give(next.value);
    else stopRetry = clock.after(RETRY_MS, grant);
  }

  function give(joiner: Joiner): void {
    queue.delete(joiner);
    holder = { joiner, stop: clock.after(JOIN_LEASE_MS, () => lapse(joiner)) };
    joiner.turn();
  }

  function lapse(joiner: Joiner): void {
    giveUp();
    joiner.turnOver();
    grant();
  }

  function giveUp(): void {
    if (holder === null) return;
    holder.stop();
    holder = null;
    release();
  }

  return {
    ask(joiner) {
      if (holder?.joiner === joiner) return;
      queue.add(joiner);
      grant();
    },
    drop(joiner) {
      queue.delete(joiner);
      if (holder?.joiner !== joiner) return;
      giveUp();
      grant();
    },
    holder: () => holder?.joiner ?? null,
    renew() {
      if (holder === null) grant();
      else holder.joiner.turn();
    },
    retry: grant,
    close() {
      queue.clear();
      stopRetry();
      giveUp();
    },
  };
}
