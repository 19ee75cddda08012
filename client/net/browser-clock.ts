import type { Clock } from "../../shared/clock.ts";

/** Real time, in a browser or in Node. */
export const browserClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after(delayMs, fire) {
    const timer = setTimeout(fire, delayMs);
    return () => clearTimeout(timer);
  },
  soon: (fire) => queueMicrotask(fire),
};
