/** Real time. */
import type { Clock } from "../../shared/clock.ts";

/** The machine's clock. A waiting timer does not keep the process alive: open sockets do that. */
export function createSystemClock(): Clock {
  return {
    now: () => performance.now(),
    wall: () => Date.now(),
    after(delayMs, fire) {
      const timer = setTimeout(fire, delayMs).unref();
      return () => clearTimeout(timer);
    },
    soon(fire) {
      setImmediate(fire);
    },
  };
}
