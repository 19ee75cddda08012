/** Notices who is gone without a word: pings, and drops after silence (PROTOCOL.md, limits). */
import type { Clock, Stop } from "../../shared/clock.ts";
import { HEARTBEAT_MS, SILENCE_MS } from "../../shared/limits.ts";

export interface Heartbeat {
  /** To be called whenever anything arrives. */
  heard(): void;
  stop: Stop;
}

/** Calls `ping` every HEARTBEAT_MS, and `silent` once where nothing was heard for SILENCE_MS. */
export function startHeartbeat(clock: Clock, ping: () => void, silent: () => void): Heartbeat {
  let heardAtMs = clock.now();
  let stopPing = clock.after(HEARTBEAT_MS, beat);
  let stopSilence = clock.after(SILENCE_MS, look);

  function stop(): void {
    stopPing();
    stopSilence();
  }

  function beat(): void {
    stopPing = clock.after(HEARTBEAT_MS, beat);
    ping();
  }

  /** Armed for the earliest moment that silence can have lasted, so that a frame moves no timer. */
  function look(): void {
    const quietMs = clock.now() - heardAtMs;
    if (quietMs < SILENCE_MS) {
      stopSilence = clock.after(SILENCE_MS - quietMs, look);
      return;
    }
    stop();
    silent();
  }

  return {
    heard() {
      heardAtMs = clock.now();
    },
    stop,
  };
}
