/** Waiting for something to hold, and not for ever. */
import { setTimeout as pause } from "node:timers/promises";

const LOOK_MS = 100;
const PATIENCE_MS = 60_000;

/** Looks ten times a second. @throws when it does not hold within `withinMs`. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = PATIENCE_MS,
): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error(`never: ${what}`);
    await pause(LOOK_MS);
  }
}
