/** How long to wait before connecting again. Pure. */

const FIRST_MS = 250;
/** People watch a screen that says "reconnecting"; clients are spread by chance, and relays say when to come. */
const MOST_MS = 4_000;

/**
 * Delay before attempt `attempt` (from 0), in ms. `random` is in [0, 1): clients of a relay that
 * restarts come back spread out. `hintMs` is what the relay asked for, if it did.
 */
export function backoffMs(attempt: number, random: number, hintMs: number | null): number {
  if (hintMs !== null && attempt === 0) return hintMs;
  const ceiling = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling * (0.5 + random / 2));
}
