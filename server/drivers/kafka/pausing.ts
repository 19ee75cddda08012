/** Pauses that end at once when there is nothing more to wait for. */
import type { Clock } from "../../../shared/clock.ts";

export interface Pausing {
  /** Resolves after so long, or as soon as `end` is called. */
  pause(ms: number): Promise<void>;
  /** Ends every pause, those to come included. */
  end(): void;
  /** Resolves once that is done. */
  readonly over: Promise<void>;
}

export function createPausing(clock: Clock): Pausing {
  const under = new Set<() => void>();
  let isOver = false;
  let tellOver: () => void = () => undefined;
  const over = new Promise<void>((resolve) => (tellOver = resolve));
  return {
    over,
    pause: (ms) =>
      new Promise((resolve) => {
        if (isOver) return resolve();
        const stop = clock.after(ms, () => end());
        const end = (): void => {
          stop();
          under.delete(end);
          resolve();
        };
        under.add(end);
      }),
    end() {
      isOver = true;
      tellOver();
      for (const end of under) end();
    },
  };
}
