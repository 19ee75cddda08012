/** What Redis holds of a room: for how long, at what price, and that nothing of it stays. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Candidate } from "../../ports/log.ts";
import {
  ALICE,
  BOB,
  commit,
  leave,
  open,
  POLICY,
  post,
  routeOf,
  serve,
} from "../../ports/test-room.ts";
import { namesOf } from "./keys.ts";
import { createUnder, type RedisUnderTest } from "./redis-log.contract.ts";
import { startRedis, type TestRedis } from "./test-redis.ts";

let redis: TestRedis;
let under: RedisUnderTest;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  under = await createUnder({ place: redis.place, nodes: [redis] });
});
afterEach(() => under.close());

const SPARE_MS = 60_000;
const posts = (from: number, until: number, names = 1): Candidate[] =>
  Array.from({ length: until - from + 1 }, (_, i) => post(ALICE, from + i, names));

/** Every key with its ms left. */
async function lifetimes(): Promise<Map<string, number>> {
  const keys = await redis.client.keys("*");
  const entries = keys.map(async (key) => [key, await redis.client.pttl(key)] as const);
  return new Map(await Promise.all(entries));
}

async function calls(command: string): Promise<number> {
  const stats = await redis.client.info("commandstats");
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}

test("records go at the TTL within a second, commits after the grace besides, the room's own keys a minute after the grace", async () => {
  const { room } = await serve(under.log);
  await room.append([open(), post(ALICE, 1), commit(BOB, 1), post(ALICE, 2)]);
  await room.lease(1_500);
  const { messageTtlMs, graceMs } = POLICY;
  const names = namesOf(routeOf(1));
  const life = `${names.lives}${room.standing()?.incarnation}:`;
  const expected = new Map([
    [`${life}1`, messageTtlMs + graceMs],
    [`${life}2`, messageTtlMs],
    [`${life}3`, messageTtlMs + graceMs],
    [`${life}4`, messageTtlMs],
    [`${life}group-info`, graceMs + SPARE_MS],
    [names.state, graceMs + SPARE_MS],
    [names.turn, 1_500],
  ]);
  const found = await lifetimes();
  expect([...found.keys()].toSorted()).toEqual([...expected.keys()].toSorted());
  for (const [key, ms] of expected) {
    expect(found.get(key)).toBeGreaterThan(ms - 1_000);
    expect(found.get(key)).toBeLessThanOrEqual(ms);
  }
});

test("whatever is done, no key is without a TTL", async () => {
  const here = await serve(under.log);
  const there = await serve(await under.another());
  const check = async () => {
    for (const [key, ms] of await lifetimes()) expect([key, ms > 0]).toEqual([key, true]);
  };
  for (let last = 0; last < 12; last++) {
    await here.room.append([last === 0 ? open() : commit(last % 2 === 0 ? ALICE : BOB, last)]);
    await check();
    await there.room.lease(1_500);
    await here.room.lease(1_500);
    await under.passes(12_000);
    await check();
  }
});

test("when every relay is dead, everything goes by itself", async () => {
  const { room } = await serve(under.log);
  await room.append([open(), commit(BOB, 1), ...posts(1, 20, 2)]);
  await under.log.close();
  await under.passes(POLICY.messageTtlMs + POLICY.graceMs + SPARE_MS + 1_000);
  expect(await under.isEmpty()).toBe(true);
});

test("[O4] a quiet room keeps its newest commit, that one's GroupInfo and its state for as long as it is served", async () => {
  const first = await serve(under.log);
  await first.room.append([open(), commit(BOB, 1), post(ALICE, 1, 2)]);
  const { last } = first.room.standing() ?? {};
  await under.passes(8 * 60_000);
  const second = await serve(await under.another());
  expect(second.room.standing()).toMatchObject({ head: 3, open: null, last });
  expect(second.room.standing()?.state).toEqual(first.room.standing()?.state);
  expect((await second.room.since(0)).map(({ number }) => number)).toEqual([2]);
});

test("what was kept before a relay came is weighed as it expires", async () => {
  const first = await serve(under.log);
  await first.room.append([open(), ...posts(1, 1_100)]);
  await under.passes(30_000);
  await first.room.append(posts(1_101, 1_200));
  const second = await serve(await under.another());
  const bytes = second.room.standing()?.keptBytes ?? 0;
  expect(bytes).toBeGreaterThanOrEqual(1_201 * 512);
  expect(bytes).toBeLessThan(1_201 * 1_024);
  await under.passes(31_000);
  const later = second.room.standing()?.keptBytes ?? 0;
  expect(later).toBeGreaterThanOrEqual(100 * 512);
  expect(later).toBeLessThan(102 * 1_024);
  await under.passes(60_000 + POLICY.graceMs);
  expect(second.room.standing()?.keptBytes).toBe(0);
});

test("one script call for each accepted record, none for those who hear it, and the script is sent once", async () => {
  const here = await serve(under.log);
  const others = [await serve(await under.another()), await serve(await under.another())];
  await here.room.append([open()]);
  await redis.client.config("RESETSTAT");
  for (let counter = 1; counter <= 50; counter++) await here.room.append([post(ALICE, counter)]);
  await here.room.append(posts(51, 200));
  for (const other of others) await vi.waitFor(() => expect(other.heard).toHaveLength(201));
  expect(await calls("evalsha")).toBe(200);
  expect(await calls("eval")).toBe(0);
  expect(await calls("mget")).toBe(0);
  expect(await calls("spublish")).toBe(200);
});

test("a Redis that has forgotten the scripts is told them again", async () => {
  const { room, numbers } = await serve(under.log);
  await room.append([open()]);
  await redis.client.script("FLUSH");
  const results = await room.append(posts(1, 5));
  expect(results.map(({ kind }) => kind)).toEqual(Array.from({ length: 5 }, () => "accepted"));
  expect(numbers()).toEqual([1, 2, 3, 4, 5, 6]);
});

test("[O6] after the last leave no key of a large room is left, at once", async () => {
  const { room } = await serve(under.log);
  await room.append([open(), commit(BOB, 1)]);
  for (let from = 1; from < 10_600; from += 200) await room.append(posts(from, from + 199, 2));
  expect(await redis.client.dbsize()).toBe(10_604);
  await room.append([leave(ALICE, 1), leave(BOB, 2)]);
  await vi.waitFor(async () => expect(await redis.client.keys("*")).toEqual([]));
});

test("[O6] the relay that takes the last leave dies at once: nothing is left all the same", async () => {
  const { room } = await serve(under.log);
  await room.append([open(), ...posts(1, 300)]);
  const leaving = room.append([leave(ALICE, 1)]);
  await leaving;
  await under.log.close();
  expect(await redis.client.keys("*")).toEqual([]);
});
