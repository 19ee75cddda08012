/** Quotas over a sliding window: exactly so many in any span of that length, however they are timed. */

export interface Quota {
  readonly count: number;
  readonly windowMs: number;
}

export interface Windows<Key> {
  /** Takes one of the key's quota; false where it is used up. */
  take(key: Key): boolean;
  /** Gives the newest one back: what it was taken for did not happen. */
  giveBack(key: Key): void;
}

/** A quota for each key, forgotten when its window has passed. `now` does not step back. */
export function createWindows<Key>(quota: Quota, now: () => number): Windows<Key> {
  const taken = new Map<Key, number[]>();
  let cleanedAtMs = now();

  const within = (times: readonly number[], nowMs: number) =>
    times.filter((time) => time > nowMs - quota.windowMs);

  /** Keys that never come back must not pile up. */
  function clean(nowMs: number): void {
    if (nowMs - cleanedAtMs < quota.windowMs) return;
    cleanedAtMs = nowMs;
    for (const [key, times] of taken) if (within(times, nowMs).length === 0) taken.delete(key);
  }

  return {
    take(key) {
      const nowMs = now();
      clean(nowMs);
      const times = within(taken.get(key) ?? [], nowMs);
      if (times.length >= quota.count) return false;
      taken.set(key, [...times, nowMs]);
      return true;
    },
    giveBack(key) {
      taken.get(key)?.pop();
    },
  };
}
