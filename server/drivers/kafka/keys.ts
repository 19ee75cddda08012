/** Names of what belongs to a whole partition in a region's Redis; of its rooms they are as in `redis` mode. */
import { MAX_GRACE_MS } from "../../../shared/limits.ts";
import { SPARE_MS } from "../redis/append-call.ts";
import { partitionPrefix } from "../redis/keys.ts";

/** Of the set of rooms: as long as any room's state may go without being renewed. */
export const ROOMS_TTL_MS = MAX_GRACE_MS + SPARE_MS;

export interface PartitionNames {
  /** How far the region has applied the partition, and in which life: a hash. Without it the region lacks it. */
  readonly place: string;
  /** Route ids of the rooms that stand: a set. */
  readonly rooms: string;
  /** Which relay applies it: a lease. */
  readonly owner: string;
  /** Sharded pub/sub: answers to that relay's proposals. */
  readonly answersOf: (relay: string) => string;
  /** Before a route id: its room's keys. */
  readonly prefix: string;
}

/** Of the partition with this number. */
export function partitionNames(partition: number): PartitionNames {
  const prefix = partitionPrefix(partition);
  return {
    place: `${prefix}place`,
    rooms: `${prefix}rooms`,
    owner: `${prefix}owner`,
    answersOf: (relay) => `${prefix}relay:${relay}`,
    prefix,
  };
}
