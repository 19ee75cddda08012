/**
 * Names of a room's keys and of its channel. All of a room share the hash tag of its partition, so they
 * are in one slot: one script may touch them, in a cluster too (DESIGN §2 "redis").
 */
import type { Incarnation, RouteId } from "../../../shared/ids.ts";

/** Fixed: relays that disagree would look for a room in different slots. In `kafka` mode the topic says how many. */
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
  /** Which files the room may hold, with owner and size: a hash. */
  readonly media: string;
  /** Before a file's id: the file itself, a hash. */
  readonly files: string;
}

/** Which partition, of so many, a room is in. */
export function partitionOf(routeId: RouteId, partitions: number): number {
  // A route id is a hash already, so its first bits are evenly spread.
  return Number.parseInt(routeId.slice(0, 8), 16) % partitions;
}

/** What stands before every key of a partition. */
export function partitionPrefix(partition: number): string {
  return `mayfly:{p${partition}}:`;
}

/** Names of the room at this route, where there are so many partitions. */
export function namesOf(routeId: RouteId, partitions = PARTITIONS): RoomNames {
  const room = `${partitionPrefix(partitionOf(routeId, partitions))}${routeId}`;
  return {
    state: `${room}:state`,
    channel: `${room}:channel`,
    turn: `${room}:turn`,
    lives: `${room}:life:`,
    media: `${room}:media`,
    files: `${room}:file:`,
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
