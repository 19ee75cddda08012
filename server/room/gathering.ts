/** Gathers re-founding proposals for two seconds, then proposes the one to take up. */
import type { Clock, Stop } from "../../shared/clock.ts";
import type { SessionId } from "../../shared/ids.ts";
import { REFOUND_GATHER_MS } from "../../shared/limits.ts";
import { pickRefounding, type Refound } from "./refounding.ts";

export interface Gathering {
  /** The first one starts the two seconds. */
  add(open: Refound): void;
  /** The proposer's line has closed. */
  drop(session: SessionId): void;
  /** A room stands, or the relay stops: nothing is proposed any more. */
  close(): void;
  isUnderWay(): boolean;
}

/** `propose` is called with the pick, once for each gathering. */
export function createGathering(clock: Clock, propose: (open: Refound) => void): Gathering {
  const proposals = new Map<SessionId, Refound>();
  let stop: Stop | null = null;

  function close(): void {
    stop?.();
    stop = null;
    proposals.clear();
  }

  return {
    add(open) {
      proposals.set(open.session, open);
      stop ??= clock.after(REFOUND_GATHER_MS, () => {
        const picked = pickRefounding(proposals);
        close();
        if (picked !== null) propose(picked);
      });
    },
    drop(session) {
      proposals.delete(session);
    },
    close,
    isUnderWay: () => stop !== null,
  };
}
