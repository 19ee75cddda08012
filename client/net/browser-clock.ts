import type { Clock } from "../../shared/clock.ts";

let nowMs = 0;
let lastTickMs = performance.now();
let lastWallMs = Date.now();

/**
 * Time that never steps back and goes on while the machine sleeps, which `performance.now()` alone does
 * not everywhere: who slept through the grace must know it. A wall clock set forward counts as sleep.
 */
function now(): number {
  const tickMs = performance.now();
  const wallMs = Date.now();
  nowMs += Math.max(tickMs - lastTickMs, wallMs - lastWallMs, 0);
  lastTickMs = tickMs;
  lastWallMs = wallMs;
  return nowMs;
}

/** Real time, in a browser or in Node. */
export const browserClock: Clock = {
  now,
  wall: () => Date.now(),
  after(delayMs, fire) {
    const timer = setTimeout(fire, delayMs);
    return () => clearTimeout(timer);
  },
  soon: (fire) => queueMicrotask(fire),
};
