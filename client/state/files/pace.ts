/** How fast a file goes up, over the last seconds, and how long the rest will take. */
const WINDOW_MS = 8_000;
/** Before so long nothing that could be told would hold. */
const TELL_AFTER_MS = 1_500;

export interface Pace {
  /** `sentBytes` in all had been sent at `nowMs`. */
  sent(sentBytes: number, nowMs: number): void;
  bytesPerS(): number;
  /** Null: not to be told yet. */
  leftMs(totalBytes: number): number | null;
}

/** Counts from the first `sent`. */
export function createPace(): Pace {
  let samples: { readonly sentBytes: number; readonly atMs: number }[] = [];

  function speed(): {
    readonly bytesPerS: number;
    readonly spanMs: number;
    readonly sentBytes: number;
  } {
    const first = samples[0];
    const last = samples.at(-1);
    if (first === undefined || last === undefined) return { bytesPerS: 0, spanMs: 0, sentBytes: 0 };
    const spanMs = last.atMs - first.atMs;
    const bytesPerS = spanMs === 0 ? 0 : ((last.sentBytes - first.sentBytes) * 1_000) / spanMs;
    return { bytesPerS, spanMs, sentBytes: last.sentBytes };
  }

  return {
    sent(sentBytes, nowMs) {
      samples = samples.filter(({ atMs }) => nowMs - atMs <= WINDOW_MS);
      samples.push({ sentBytes, atMs: nowMs });
    },
    bytesPerS: () => Math.round(speed().bytesPerS),
    leftMs(totalBytes) {
      const { bytesPerS, spanMs, sentBytes } = speed();
      if (spanMs < TELL_AFTER_MS || bytesPerS === 0) return null;
      return ((totalBytes - sentBytes) * 1_000) / bytesPerS;
    },
  };
}
