/** The owner's own copy of every room of a partition: what it judges by. */
import type { Clock } from "../../../shared/clock.ts";
import { routeIdOf, type RouteId } from "../../../shared/ids.ts";
import { parseHex } from "../../../shared/bytes.ts";
import type { Judge } from "../../ports/log.ts";
import { namesOf, type RoomNames } from "../redis/keys.ts";
import { parseLife, type Life } from "../redis/life.ts";
import type { RedisLink } from "../redis/link.ts";
import { textOf } from "../redis/reply.ts";
import { LOAD } from "../redis/scripts.ts";
import { SPARE_MS } from "../redis/append-call.ts";
import { storedRecords } from "../redis/stored-records.ts";
import { partitionNames, ROOMS_TTL_MS } from "./keys.ts";
import type { LifeId } from "./partition-records.ts";

export interface HeldRoom {
  readonly names: RoomNames;
  readonly life: Life;
  /** When its policy's lifetime is over, by the log's time, ms since 1970. */
  readonly endsAtMs: number;
}

export type HeldRooms = Map<RouteId, HeldRoom>;

export interface LoadParts {
  readonly link: RedisLink;
  readonly clock: Clock;
  readonly judge: Judge;
  readonly partition: number;
  readonly partitions: number;
}

/** A room as held, once its life is known. */
export function heldRoom(names: RoomNames, life: Life, nowMs: number): HeldRoom {
  const { openedAtMs, policy } = life.standing(nowMs);
  return { names, life, endsAtMs: openedAtMs + policy.lifetimeMs };
}

/**
 * Every room that stands in this life of the partition.
 * @throws where Redis is away, or holds what no relay wrote.
 */
export async function loadRooms(parts: LoadParts, of: LifeId): Promise<HeldRooms> {
  const { link, clock, judge, partition, partitions } = parts;
  const { rooms } = partitionNames(partition);
  const routes = parseRoutes(await link.command("SMEMBERS", rooms));
  const held: HeldRooms = new Map();
  const load = async (routeId: RouteId): Promise<void> => {
    const names = namesOf(routeId, partitions);
    // A room of another life counts as none, as one of another run does in `redis` mode.
    const reply = await link.script(LOAD, names.state, [of, names.lives]);
    const life = parseLife(judge, reply, clock.now());
    if (life === undefined) throw new Error("a room's keys hold what no relay wrote");
    if (life === null) await link.command("SREM", rooms, routeId);
    else held.set(routeId, heldRoom(names, life, clock.now()));
  };
  await Promise.all(routes.map(load));
  return held;
}

/** Keeps what is held of these rooms alive; `set` names them. @throws where Redis is away. */
export async function renewRooms(
  link: RedisLink,
  held: HeldRooms,
  set: string,
  nowMs: number,
): Promise<void> {
  const renew = async ({ names, life }: HeldRoom): Promise<void> => {
    const { last, policy, incarnation } = life.standing(nowMs);
    const stored = storedRecords(link, names, incarnation);
    await stored.renew(last.record.number, policy.graceMs + SPARE_MS);
  };
  await Promise.all([
    link.command("PEXPIRE", set, ROOMS_TTL_MS),
    ...Array.from(held.values(), renew),
  ]);
}

function parseRoutes(reply: unknown): RouteId[] {
  if (!Array.isArray(reply)) return [];
  return reply.flatMap((item) => {
    const bytes = parseHex(textOf(item));
    return bytes?.length === 16 ? [routeIdOf(bytes)] : [];
  });
}
