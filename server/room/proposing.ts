/** Gathers what is proposed in one turn of the event loop and appends it together, in order. */
import type { Clock } from "../../shared/clock.ts";
import type { Appended, Candidate, RoomLog } from "../ports/log.ts";

/** What became of a candidate; unknown: the order could not be reached, it may be accepted or not. */
export type Outcome = Appended;

export interface Proposing {
  /** Proposes; `settled` is called once, after the records of its append were delivered. */
  propose(candidate: Candidate, settled: (outcome: Outcome) => void): void;
  /** Resolves when everything proposed so far is settled. */
  idle(): Promise<void>;
  isIdle(): boolean;
}

export interface Telling {
  /** An append failed: the order cannot be reached. */
  readonly unreachable: () => void;
  /** Nothing is under way any more. */
  readonly idle: () => void;
}

interface Waiting {
  readonly candidate: Candidate;
  readonly settled: (outcome: Outcome) => void;
}

/** One append is under way at a time: so proposals of one line keep their order in every driver. */
export function createProposing(clock: Clock, log: RoomLog, tell: Telling): Proposing {
  let waiting: Waiting[] = [];
  let isRunning = false;
  let idleListeners: (() => void)[] = [];

  async function outcomes(batch: readonly Waiting[]): Promise<readonly Outcome[]> {
    try {
      return await log.append(batch.map(({ candidate }) => candidate));
    } catch {
      tell.unreachable();
      return [];
    }
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const results = await outcomes(batch);
      for (const [i, { settled }] of batch.entries()) settled(results[i] ?? { kind: "unknown" });
    }
    isRunning = false;
    const listeners = idleListeners;
    idleListeners = [];
    for (const listener of listeners) listener();
    tell.idle();
  }

  return {
    propose(candidate, settled) {
      waiting.push({ candidate, settled });
      if (isRunning) return;
      isRunning = true;
      clock.soon(() => void run());
    },
    idle: () =>
      isRunning ? new Promise((resolve) => idleListeners.push(resolve)) : Promise.resolve(),
    isIdle: () => !isRunning,
  };
}
