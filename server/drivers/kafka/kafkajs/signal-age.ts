/**
 * How late a signal is, without trusting two clocks to agree: each sender stamps by its own clock, and the
 * quickest of what it sent lately shows how that clock stands to ours.
 */
import { randomBytes } from "node:crypto";
import { type Bytes, concat, toHex } from "../../../../shared/bytes.ts";
import type { Clock } from "../../../../shared/clock.ts";

const SENDER_BYTES = 8;
const TIME_BYTES = 6;
const STAMP_BYTES = SENDER_BYTES + TIME_BYTES;
/** A sender's quickest counts for one to two of these: clocks may step. */
const WINDOW_MS = 5 * 60_000;
const MAX_SENDERS = 4_096;

/** Puts before `bytes` who sends (8 bytes, random for each process) and when (6 bytes, ms by its own clock). */
export function createStamper(clock: Clock): (bytes: Bytes) => Bytes {
  const sender = new Uint8Array(randomBytes(SENDER_BYTES));
  return (bytes) => {
    const time = new Uint8Array(TIME_BYTES);
    new DataView(time.buffer).setUint32(2, Math.floor(clock.now()) >>> 0);
    new DataView(time.buffer).setUint16(0, Math.floor(clock.now() / 2 ** 32));
    return concat(sender, time, bytes);
  };
}

export interface Stamped {
  /** ms later than the quickest of the same sender. */
  readonly ageMs: number;
  readonly bytes: Bytes;
}

interface Quickest {
  /** Least difference of our clock and the sender's in this window and the one before. */
  least: number;
  leastBefore: number;
  readonly sinceMs: number;
}

/** Reads what `createStamper` made, in any process; null for what is too short to be that. */
export function createAger(clock: Clock): (stamped: Bytes) => Stamped | null {
  const senders = new Map<string, Quickest>();

  function quickestOf(sender: string): Quickest {
    const nowMs = clock.now();
    const known = senders.get(sender);
    if (known !== undefined && nowMs - known.sinceMs < WINDOW_MS) return known;
    const isRecent = known !== undefined && nowMs - known.sinceMs < 2 * WINDOW_MS;
    const fresh = {
      least: Infinity,
      leastBefore: isRecent ? known.least : Infinity,
      sinceMs: nowMs,
    };
    // Newest last, so that whoever is silent for longest goes first.
    senders.delete(sender);
    senders.set(sender, fresh);
    const [oldest] = senders.keys();
    if (senders.size > MAX_SENDERS && oldest !== undefined) senders.delete(oldest);
    return fresh;
  }

  return (stamped) => {
    if (stamped.length < STAMP_BYTES) return null;
    const view = new DataView(stamped.buffer, stamped.byteOffset);
    const sentMs = view.getUint16(SENDER_BYTES) * 2 ** 32 + view.getUint32(SENDER_BYTES + 2);
    const quickest = quickestOf(toHex(stamped.subarray(0, SENDER_BYTES)));
    const difference = clock.now() - sentMs;
    quickest.least = Math.min(quickest.least, difference);
    const least = Math.min(quickest.least, quickest.leastBefore);
    return { ageMs: difference - least, bytes: stamped.slice(STAMP_BYTES) };
  };
}
