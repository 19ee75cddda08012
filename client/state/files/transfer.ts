/** What moving chunks takes, whichever way they go. */
import type { Clock } from "../../../shared/clock.ts";
import type { RouteId } from "../../../shared/ids.ts";
import type { Grants } from "./grants.ts";
import type { Station } from "./station.ts";

export interface TransferDeps {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly routeId: RouteId;
  readonly grants: Grants;
  readonly station: Station;
}

/** Chunks under way at once: one on the line, one at the station, one being answered. */
const PARALLEL = 3;
/** A chunk that took no longer by itself is in time with two others beside it: a relay waits a minute for each. */
const QUICK_MS = 15_000;

/**
 * Takes one `step` after the other until one says false: the first alone, several at once when one was quick. On a slow
 * line all of them would share it, none arrive in time, and all begin again for ever.
 */
export async function stepThrough(clock: Clock, step: () => Promise<boolean>): Promise<void> {
  const others: Promise<void>[] = [];
  const go = async (): Promise<void> => {
    for (let sinceMs = clock.now(); await step(); sinceMs = clock.now()) {
      if (clock.now() - sinceMs < QUICK_MS) while (others.length < PARALLEL - 1) others.push(go());
    }
  };
  await go();
  await Promise.all(others);
}
