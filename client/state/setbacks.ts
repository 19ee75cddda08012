/** How long to pause after something went wrong with a seat: longer each time, until one is in step again. */

const FIRST_MS = 50;
const SPREAD_MS = 350;
const MOST_DOUBLINGS = 6;

export interface Setbacks {
  /** The pause after one more setback, in ms: at first up to 0.4 s, in the end up to 22 s. */
  nextPauseMs(): number;
  /** It went well. */
  over(): void;
}

/** `random` gives numbers in [0, 1): many who lose their seats at once come back spread out. */
export function createSetbacks(random: () => number): Setbacks {
  let count = 0;
  return {
    nextPauseMs() {
      const doublings = Math.min(count, MOST_DOUBLINGS);
      count += 1;
      return FIRST_MS + random() * SPREAD_MS * 2 ** doublings;
    },
    over() {
      count = 0;
    },
  };
}
