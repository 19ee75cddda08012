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
export const PARALLEL = 3;
