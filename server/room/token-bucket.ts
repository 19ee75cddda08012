/** A rate as a bucket of tokens: it fills steadily, and what finds it empty is too fast. Pure. */

export interface Rate {
  /** Tokens that flow in; may be a fraction. */
  readonly perSecond: number;
  /** Most tokens that it holds: how much may come at once after a pause. */
  readonly burst: number;
}

export interface TokenBucket {
  /** Takes `count` tokens as of `nowMs`, all or none; false where there are too few. */
  take(nowMs: number, count?: number): boolean;
  /** True where nothing was taken lately: such a bucket may be forgotten, a fresh one is the same. */
  isFull(nowMs: number): boolean;
}

/** A full bucket. `nowMs` is of any clock that does not step back; an earlier time than the last adds nothing. */
export function createTokenBucket(rate: Rate, startMs: number): TokenBucket {
  let tokens = rate.burst;
  let filledAtMs = startMs;

  function fill(nowMs: number): void {
    if (nowMs <= filledAtMs) return;
    tokens = Math.min(rate.burst, tokens + ((nowMs - filledAtMs) * rate.perSecond) / 1_000);
    filledAtMs = nowMs;
  }

  return {
    take(nowMs, count = 1) {
      fill(nowMs);
      if (count > tokens) return false;
      tokens -= count;
      return true;
    },
    isFull(nowMs) {
      fill(nowMs);
      return tokens === rate.burst;
    },
  };
}
