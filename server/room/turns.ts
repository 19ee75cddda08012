/** Turns for joining (DESIGN §5.3): one joiner at a time, first come, first served, on a short lease. */
import type { Clock, Stop } from "../../shared/clock.ts";
import { JOIN_LEASE_MS } from "../../shared/limits.ts";

/** What happens to a joiner. */
export interface Joiner {
  /** It has the turn, or a commit record came while it has it. */
  turn(): void;
  turnOver(): void;
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
  /** Ends all waiting, without a word. */
  close(): void;
}

/** No turn, no queue. */
export function createTurns(clock: Clock): Turns {
  const queue = new Set<Joiner>();
  let holder: { readonly joiner: Joiner; readonly stop: Stop } | null = null;

  function grant(): void {
    if (holder !== null) return;
    const next = queue.values().next();
    if (next.done === true) return;
    const joiner = next.value;
    queue.delete(joiner);
    holder = { joiner, stop: clock.after(JOIN_LEASE_MS, () => lapse(joiner)) };
    joiner.turn();
  }

  function lapse(joiner: Joiner): void {
    release();
    joiner.turnOver();
    grant();
  }

  function release(): void {
    holder?.stop();
    holder = null;
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
      release();
      grant();
    },
    holder: () => holder?.joiner ?? null,
    renew() {
      holder?.joiner.turn();
    },
    close() {
      queue.clear();
      release();
    },
  };
}
