/** How long to wait before connecting again. Pure. */

const FIRST_MS = 250;
/** People watch a screen that says "reconnecting": for a minute and a half somebody tries this often. */
const EAGER_MS = 2_000;
const EAGER_ATTEMPTS = 50;
/** After that it is a long outage, and a relay that comes back is not to be run over. */
const PATIENT_MS = 10_000;

/**
 * Delay before attempt `attempt` (from 0), in ms. `random` is in [0, 1): clients of a relay that
 * restarts come back spread out. `hintMs` is what the relay asked for, if it did.
 */
export function backoffMs(attempt: number, random: number, hintMs: number | null): number {
  if (hintMs !== null && attempt === 0) return hintMs;
  const mostMs = attempt < EAGER_ATTEMPTS ? EAGER_MS : PATIENT_MS;
  const ceiling = Math.min(mostMs, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling * (0.5 + random / 2));
}
