/** The region's turn to join, in a real Redis. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { routeIdOf } from "../../../shared/ids.ts";
import type { RoomLog } from "../../ports/log.ts";
import { namesOf, type RoomNames } from "./keys.ts";
import { createRedisLink, type RedisLink } from "./link.ts";
import { letPass, startCluster, startRedis, type TestRedis } from "./test-redis.ts";
import { createTurnLease } from "./turn-lease.ts";

type TurnLease = Pick<RoomLog, "lease" | "release">;

let redis: TestRedis;
let link: RedisLink;
beforeAll(async () => {
  redis = await startRedis();
  link = createRedisLink(redis.place, { item: () => undefined, back: () => undefined });
  await link.connected();
});
afterAll(async () => {
  link.close();
  await redis.stop();
});

/** Relays that serve one room, another one for each test. */
function relays(...ids: readonly string[]): {
  readonly names: RoomNames;
  readonly of: TurnLease[];
} {
  const names = namesOf(routeIdOf(randomBytes(16)));
  return { names, of: ids.map((id) => createTurnLease(link, names, id)) };
}

test("[K4] one relay at a time has the turn, until it gives it back", async () => {
  const { of } = relays("first", "second");
  const [first, second] = of;
  expect(await first?.lease(1_500)).toBe(true);
  expect(await second?.lease(1_500)).toBe(false);
  expect(await first?.lease(1_500)).toBe(false);
  first?.release();
  // A script's first call may take two trips, so what is given back may arrive after this is asked.
  let tries = 0;
  while (!(await second?.lease(1_500))) expect(tries++).toBeLessThan(10);
});

test("[K4] of many that ask at once one gets it", async () => {
  const { of } = relays(...Array.from({ length: 30 }, (_, i) => `relay ${i}`));
  const answers = await Promise.all(of.map((relay) => relay.lease(1_500)));
  expect(answers.filter(Boolean)).toHaveLength(1);
});

test("[K4] the turn of a relay that died runs out; what it gives back late is another's by then and stays", async () => {
  const { of } = relays("first", "second", "third");
  const [first, second, third] = of;
  expect(await first?.lease(1_500)).toBe(true);
  await letPass(redis, 1_500);
  expect(await second?.lease(1_500)).toBe(true);
  first?.release();
  expect(await third?.lease(1_500)).toBe(false);
});

test("[K4] a relay that asked in vain comes before the one that had it, though that asks first", async () => {
  const { of } = relays("first", "second");
  const [first, second] = of;
  expect(await first?.lease(1_500)).toBe(true);
  expect(await second?.lease(1_500)).toBe(false);
  first?.release();
  expect(await first?.lease(1_500)).toBe(false);
  expect(await second?.lease(1_500)).toBe(true);
});

test("[K4] relays with many joiners each take turns in the order in which they asked", async () => {
  const { of } = relays("first", "second", "third");
  const holders: number[] = [];
  for (const [i, relay] of of.entries()) if (await relay.lease(1_500)) holders.push(i);
  expect(holders).toEqual([0]);
  while (holders.length < 10) {
    const holder = of[holders.at(-1) ?? 0];
    holder?.release();
    expect(await holder?.lease(1_500), "it asks again before the others do").toBe(false);
    for (const [i, relay] of of.entries()) if (await relay.lease(1_500)) holders.push(i);
  }
  expect(holders).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0]);
});

test("[K4] a relay that asked in vain and died keeps nobody out", async () => {
  const { of } = relays("first", "second");
  const [first, second] = of;
  expect(await first?.lease(1_500)).toBe(true);
  expect(await second?.lease(1_500)).toBe(false);
  first?.release();
  await letPass(redis, 1_000);
  expect(await first?.lease(1_500)).toBe(true);
});

test("[O6] what the turn leaves in Redis dies by itself, and is in the room's own slot", async () => {
  const { names, of } = relays("first", "second");
  for (const relay of of) await relay.lease(1_500);
  const keys = await redis.client.keys(`${names.turn}*`);
  expect(keys).toHaveLength(3);
  const tag = /\{.*\}/.exec(names.state)?.[0];
  for (const key of keys) {
    expect(/\{.*\}/.exec(key)?.[0]).toBe(tag);
    expect(await redis.client.pttl(key)).toBeGreaterThan(0);
  }
  await letPass(redis, 1_500);
  expect(await redis.client.keys(`${names.turn}*`)).toEqual([]);
});

test("[O7] turns of two rooms know nothing of each other", async () => {
  const [one, other] = [relays("first"), relays("second")];
  expect(await one.of[0]?.lease(1_500)).toBe(true);
  expect(await other.of[0]?.lease(1_500)).toBe(true);
});

test("[K4] in a cluster it is the same", async () => {
  const cluster = await startCluster();
  const linked = createRedisLink(cluster.place, { item: () => undefined, back: () => undefined });
  try {
    await linked.connected();
    for (let room = 0; room < 8; room++) {
      const names = namesOf(routeIdOf(randomBytes(16)));
      const [first, second] = ["first", "second"].map((id) => createTurnLease(linked, names, id));
      expect(await first?.lease(1_500)).toBe(true);
      expect(await second?.lease(1_500)).toBe(false);
    }
  } finally {
    linked.close();
    await cluster.stop();
  }
});
