/** When one's own keys are due to be fresh: after 30 minutes in which something was said ([U6]). Pure. */
import { KEY_REFRESH_MS } from "../../shared/limits.ts";

const MINUTE_MS = 60_000;

export interface Refresh {
  /** Something was said at `nowMs`; a minute counts once, however much is said in it. */
  active(nowMs: number): void;
  /** Since when fresh keys are due, ms; null: they are not. */
  dueSinceMs(): number | null;
  /** The keys are fresh. */
  done(): void;
}

/** A room where nobody talks has nothing to protect by new keys, and costs nothing. */
export function createRefresh(): Refresh {
  let minutes = 0;
  let lastMinute: number | null = null;
  let sinceMs: number | null = null;
  return {
    active(nowMs) {
      const minute = Math.floor(nowMs / MINUTE_MS);
      if (minute === lastMinute) return;
      lastMinute = minute;
      minutes += 1;
      if (minutes * MINUTE_MS >= KEY_REFRESH_MS) sinceMs ??= nowMs;
    },
    dueSinceMs: () => sinceMs,
    done() {
      minutes = 0;
      sinceMs = null;
    },
  };
}
