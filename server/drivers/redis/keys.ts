/**
 * Names of a room's keys and of its channel. All of a room share the hash tag of its partition, so they
 * are in one slot: one script may touch them, in a cluster too (DESIGN §2 "redis").
 */
import type { Incarnation, RouteId } from "../../../shared/ids.ts";

/** Fixed: relays that disagree would look for a room in different slots. */
export const PARTITIONS = 256;

export interface RoomNames {
  /** The room's fields and what describes its life: a hash. */
  readonly state: string;
  /** Sharded pub/sub: records, endings, notes. */
  readonly channel: string;
  /** Which relay's joiners have the turn. */
  readonly turn: string;
  /** Before an incarnation: what is kept of one life. */
  readonly lives: string;
}

/** Names of the room at this route. */
export function namesOf(routeId: RouteId): RoomNames {
  // A route id is a hash already, so its first bits are evenly spread.
  const partition = Number.parseInt(routeId.slice(0, 8), 16) % PARTITIONS;
  const room = `mayfly:{p${partition}}:${routeId}`;
  return {
    state: `${room}:state`,
    channel: `${room}:channel`,
    turn: `${room}:turn`,
    lives: `${room}:life:`,
  };
}

/** Of one record; "" gives the beginning of all of them. */
export function recordKey(names: RoomNames, incarnation: Incarnation, number: number | ""): string {
  return `${names.lives}${incarnation}:${number}`;
}

/** Sealed GroupInfo of the newest commit record. */
export function groupInfoKey(names: RoomNames, incarnation: Incarnation): string {
  return `${names.lives}${incarnation}:group-info`;
}
