/** How much may be under way at once: in all, for each of some keys, and how often it may begin. */
import type { Clock, Stop } from "../../shared/clock.ts";
import { createTokenBucket, type Rate, type TokenBucket } from "../room/token-bucket.ts";

export interface SlotBounds {
  readonly clock: Clock;
  /** At once for one key. */
  readonly perKey: number;
  /** For one key; null: as often as there is a slot. */
  readonly rate: Rate | null;
}

export interface Slots {
  /** One more for this key until it is given back; null where it has too many or is too fast. */
  take(key: string): Stop | null;
  /** Keys remembered now. */
  size(): number;
}

interface Count {
  taken: number;
  readonly bucket: TokenBucket | null;
}

const SWEEP_MS = 10_000;

/** Nothing is remembered of a key that holds no slot and has not taken one lately. */
export function createSlots({ clock, perKey, rate }: SlotBounds): Slots {
  const counts = new Map<string, Count>();
  let isSweeping = false;

  const isIdle = ({ taken, bucket }: Count): boolean =>
    taken === 0 && (bucket === null || bucket.isFull(clock.now()));

  function sweep(): void {
    for (const [key, count] of counts) if (isIdle(count)) counts.delete(key);
    isSweeping = counts.size > 0;
    if (isSweeping) clock.after(SWEEP_MS, sweep);
  }

  function countOf(key: string): Count {
    const known = counts.get(key);
    if (known !== undefined) return known;
    const bucket = rate === null ? null : createTokenBucket(rate, clock.now());
    const count = { taken: 0, bucket };
    counts.set(key, count);
    if (!isSweeping) {
      isSweeping = true;
      clock.after(SWEEP_MS, sweep);
    }
    return count;
  }

  return {
    take(key) {
      const count = countOf(key);
      if (count.taken >= perKey) return null;
      if (count.bucket !== null && !count.bucket.take(clock.now())) return null;
      count.taken++;
      let isReleased = false;
      return () => {
        if (!isReleased) count.taken--;
        isReleased = true;
      };
    },
    size: () => counts.size,
  };
}
