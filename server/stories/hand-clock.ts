/** A clock that a test turns by hand: an hour passes in a blink, and every timer fires in its order. */
import type { Clock, Stop } from "../../shared/clock.ts";

export interface HandClock extends Clock {
  /**
   * Lets `ms` milliseconds pass: fires the timers due, in time order, and lets everything settle before
   * the first, between any two and after the last.
   */
  advance(ms: number): Promise<void>;
  /** Lets promises and `soon` callbacks run until nothing more of them is waiting; no time passes. */
  settle(): Promise<void>;
  /** Steps the wall clock, as an administrator would; `now` and the timers do not notice. */
  stepWall(ms: number): void;
  /** Timers that wait to fire. */
  waiting(): number;
}

interface Timer {
  readonly atMs: number;
  readonly turn: number;
  readonly fire: () => void;
}

/** Quiet turns of the event loop after which nothing is expected to stir: promise chains need one. */
const QUIET_TURNS = 3;

/** A clock at `now` 0 whose wall shows `wallMs` (ms since 1970). */
export function createHandClock(wallMs = Date.UTC(2026, 0, 1)): HandClock {
  const timers = new Set<Timer>();
  let nowMs = 0;
  let turn = 0;
  let soonWaiting = 0;

  const nextDue = (untilMs: number): Timer | null => {
    let next: Timer | null = null;
    for (const timer of timers) {
      if (timer.atMs > untilMs) continue;
      if (next === null || timer.atMs < next.atMs) next = timer;
      else if (timer.atMs === next.atMs && timer.turn < next.turn) next = timer;
    }
    return next;
  };

  const settle = async (): Promise<void> => {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
      if (soonWaiting > 0) quiet = 0;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  };

  return {
    now: () => nowMs,
    wall: () => wallMs + nowMs,
    after(delayMs, fire): Stop {
      const timer = { atMs: nowMs + Math.max(0, delayMs), turn: turn++, fire };
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
    soon(fire) {
      soonWaiting++;
      setImmediate(() => {
        soonWaiting--;
        fire();
      });
    },
    async advance(ms) {
      const untilMs = nowMs + ms;
      await settle();
      for (let timer = nextDue(untilMs); timer !== null; timer = nextDue(untilMs)) {
        timers.delete(timer);
        nowMs = Math.max(nowMs, timer.atMs);
        timer.fire();
        await settle();
      }
      nowMs = untilMs;
    },
    settle,
    stepWall(ms) {
      wallMs += ms;
    },
    waiting: () => timers.size,
  };
}
