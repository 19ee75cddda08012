/** How many sockets one address may hold, and how often it may open one. */
import type { Clock, Stop } from "../../shared/clock.ts";
import { createTokenBucket, type TokenBucket } from "../room/token-bucket.ts";

export interface AddressLimitsOptions {
  readonly clock: Clock;
  readonly socketsPerAddress: number;
  readonly connectsPerMinute: number;
}

export interface AddressLimits {
  /** Counts one more socket of this address key; null where it has too many or opens them too fast. */
  admit(addressKey: string): Stop | null;
  /** Address keys remembered now. */
  size(): number;
}

interface Count {
  sockets: number;
  readonly connects: TokenBucket;
}

const SWEEP_MS = 60_000;

/** Nothing is remembered of an address that holds no socket and has not opened one for a minute. */
export function createAddressLimits(options: AddressLimitsOptions): AddressLimits {
  const { clock, socketsPerAddress, connectsPerMinute } = options;
  const rate = { perSecond: connectsPerMinute / 60, burst: connectsPerMinute };
  const counts = new Map<string, Count>();
  let isSweeping = false;

  function sweep(): void {
    for (const [key, count] of counts) {
      if (count.sockets === 0 && count.connects.isFull(clock.now())) counts.delete(key);
    }
    isSweeping = counts.size > 0;
    if (isSweeping) clock.after(SWEEP_MS, sweep);
  }

  function countOf(key: string): Count {
    const known = counts.get(key);
    if (known !== undefined) return known;
    const count = { sockets: 0, connects: createTokenBucket(rate, clock.now()) };
    counts.set(key, count);
    if (!isSweeping) {
      isSweeping = true;
      clock.after(SWEEP_MS, sweep);
    }
    return count;
  }

  return {
    admit(addressKey) {
      const count = countOf(addressKey);
      if (count.sockets >= socketsPerAddress || !count.connects.take(clock.now())) return null;
      count.sockets++;
      let isReleased = false;
      return () => {
        if (!isReleased) count.sockets--;
        isReleased = true;
      };
    },
    size: () => counts.size,
  };
}
