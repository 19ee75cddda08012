/** Notices who does not read: a relay must not keep what one slow client leaves lying. */
import type { Clock, Stop } from "../../shared/clock.ts";

/** Most bytes that may wait for one connection. */
export const MAX_BUFFERED_BYTES = 1024 * 1024;
/** Bytes may wait so long without any being taken. */
export const UNREAD_MS = 10_000;
const LOOK_MS = 1_000;

export interface Backpressure {
  /** To be called after `bytes` more were handed to the socket. */
  sent(bytes: number): void;
  stop: Stop;
}

/**
 * Calls `slow` once: at once where more than MAX_BUFFERED_BYTES wait after a `sent`, or where bytes
 * have waited for UNREAD_MS and none were taken meanwhile.
 */
export function watchBackpressure(
  clock: Clock,
  bufferedBytes: () => number,
  slow: () => void,
): Backpressure {
  let handedBytes = 0;
  let takenBytes = 0;
  let takenAtMs = 0;
  let stopLooking: Stop | null = null;
  let isOver = false;

  function stop(): void {
    isOver = true;
    stopLooking?.();
    stopLooking = null;
  }

  function end(): void {
    stop();
    slow();
  }

  /** A socket counts its frame headers too, so what was taken is compared from look to look only. */
  function look(): void {
    stopLooking = null;
    const waitingBytes = bufferedBytes();
    if (waitingBytes === 0) return;
    const nowTakenBytes = handedBytes - waitingBytes;
    if (nowTakenBytes > takenBytes) takenAtMs = clock.now();
    takenBytes = nowTakenBytes;
    if (clock.now() - takenAtMs >= UNREAD_MS) end();
    else stopLooking = clock.after(LOOK_MS, look);
  }

  return {
    sent(bytes) {
      if (isOver) return;
      handedBytes += bytes;
      const waitingBytes = bufferedBytes();
      if (waitingBytes > MAX_BUFFERED_BYTES) {
        end();
      } else if (waitingBytes > 0 && stopLooking === null) {
        takenBytes = handedBytes - waitingBytes;
        takenAtMs = clock.now();
        stopLooking = clock.after(LOOK_MS, look);
      }
    },
    stop,
  };
}
