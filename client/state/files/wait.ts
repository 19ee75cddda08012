/** Waiting that ends early when nobody wants it any more. */
import type { Clock } from "../../../shared/clock.ts";

/** Resolves after `delayMs`, or as soon as `signal` is aborted. */
export function wait(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const settle = (): void => {
      stop();
      signal.removeEventListener("abort", settle);
      resolve();
    };
    const stop = clock.after(delayMs, settle);
    signal.addEventListener("abort", settle);
  });
}
