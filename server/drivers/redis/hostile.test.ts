/** [item 58] Whoever else can write to Redis: our keys and channels hold what no relay wrote. */
import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { ALICE, open, post, ROUTE, routeOf, serve } from "../../ports/test-room.ts";
import { decodeBusItem } from "./bus.ts";
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

const NAMES = namesOf(ROUTE);

/** Another room, at the same relay, is none the worse. */
async function expectOthersWell(): Promise<void> {
  const other = await serve(under.log, routeOf(7));
  expect(await other.room.append([open(), post(ALICE, 1)])).toEqual([
    { kind: "accepted", number: 1 },
    { kind: "accepted", number: 2 },
  ]);
  expect(under.log.isReady()).toBe(true);
}

async function found() {
  const served = await serve(under.log);
  await served.room.append([open(), post(ALICE, 1)]);
  return served;
}

test.each(["string", "list", "set", "zset", "stream"])(
  "a state that is a %s: the room is refused, the rest goes on",
  async (type) => {
    const { client } = redis;
    if (type === "string") await client.set(NAMES.state, "x");
    if (type === "list") await client.rpush(NAMES.state, "x");
    if (type === "set") await client.sadd(NAMES.state, "x");
    if (type === "zset") await client.zadd(NAMES.state, 1, "x");
    if (type === "stream") await client.xadd(NAMES.state, "*", "x", "y");
    await expect(serve(under.log)).rejects.toThrow("WRONGTYPE");
    await expectOthersWell();
  },
);

test.each([
  ["@head", "-1"],
  ["@head", "1e9"],
  ["@head", "9007199254740993"],
  ["@head", ""],
  ["@incarnation", "zz"],
  ["@incarnation", "0".repeat(31)],
  ["@policy", "1 2 3 4"],
  ["@policy", "junk"],
  ["@opened", "yesterday"],
  ["last", "77"],
  ["last", "__proto__"],
  ["seats", "NaN"],
  ["seat.\u0000.since", "1.5"],
])("a state whose %s is %j: whoever comes is refused, the rest goes on", async (field, value) => {
  const { room } = await found();
  room.close();
  await redis.client.hset(NAMES.state, field, value);
  await expect(serve(under.log)).rejects.toThrow("what no relay wrote");
  await expectOthersWell();
});

test("the state is overwritten while the room is served: proposals fail or the room is lost, the rest goes on", async () => {
  const { room, losses } = await found();
  await redis.client.set(NAMES.state, "x");
  await expect(room.append([post(ALICE, 2)])).rejects.toThrow("WRONGTYPE");
  await redis.client.del(NAMES.state);
  await redis.client.hset(NAMES.state, "@incarnation", "ff".repeat(16), "@head", "5");
  await expect(room.append([post(ALICE, 2)])).rejects.toThrow("served");
  expect(losses()).toBe(1);
  await expectOthersWell();
});

test("a head far beyond what is kept is not run after", async () => {
  const { losses } = await found();
  await redis.client.hset(NAMES.state, "@head", "9007199254740991");
  await under.passes(2_000);
  await vi.waitFor(() => expect(losses()).toBe(1));
  await expectOthersWell();
});

test("records overwritten or of a wrong type are missing, never misread", async () => {
  const { room } = await found();
  const life = `${NAMES.lives}${room.standing()?.incarnation}:`;
  await room.append([post(ALICE, 2), post(ALICE, 3), post(ALICE, 4)]);
  await redis.client.set(`${life}2`, randomBytes(600));
  await redis.client.del(`${life}3`);
  await redis.client.rpush(`${life}3`, "x");
  const other = await redis.client.getBuffer(`${life}5`);
  if (other !== null) await redis.client.set(`${life}4`, other);
  expect((await room.since(0)).map(({ number }) => number)).toEqual([1, 5]);
});

test("junk on the channel changes nothing", async () => {
  const { room, heard, losses, endings, notes } = await found();
  const junk = [
    Buffer.alloc(0),
    Buffer.from("R"),
    Buffer.from("E"),
    Buffer.from("N"),
    Buffer.from(`E${"0".repeat(32)}`),
    Buffer.from(`E${"z".repeat(32)}`),
    Buffer.from(`R${"0".repeat(32)}\u0000\u0000\u0000\u0001x`),
    Buffer.concat([Buffer.from(`R${"0".repeat(32)}`), Buffer.from([255, 255, 255, 255])]),
    randomBytes(200_000),
    ...Array.from({ length: 200 }, (_, i) => randomBytes(i)),
  ];
  for (const bytes of junk) await redis.client.spublish(NAMES.channel, bytes);
  expect(await room.append([post(ALICE, 2)])).toEqual([{ kind: "accepted", number: 3 }]);
  expect(heard.map(({ number }) => number)).toEqual([1, 2, 3]);
  expect([losses(), endings()]).toEqual([0, 0]);
  for (const note of notes) expect(note.length).toBeLessThan(200_001);
  await expectOthersWell();
});

test("a copy replayed or cut short on the channel is told once, or not at all", async () => {
  const copies: Buffer[] = [];
  const listening = redis.client.duplicate();
  listening.on("smessageBuffer", (_channel: Buffer, bytes: Buffer) => copies.push(bytes));
  await listening.ssubscribe(NAMES.channel);
  const { room, heard, losses } = await found();
  await vi.waitFor(() => expect(copies).toHaveLength(2));
  for (const copy of [...copies, ...copies.toReversed()]) {
    await redis.client.spublish(NAMES.channel, copy);
    await redis.client.spublish(NAMES.channel, copy.subarray(0, copy.length - 1));
    for (let at = 0; at < copy.length; at += 7) {
      expect(decodeBusItem(copy.subarray(0, at))?.kind).not.toBe("record");
    }
  }
  await room.append([post(ALICE, 2)]);
  await vi.waitFor(() => expect(heard.map(({ number }) => number)).toEqual([1, 2, 3]));
  expect(losses()).toBe(0);
  listening.disconnect();
});

test("keys beside ours, with globs and line breaks in their names, are none of ours", async () => {
  await redis.client.set(`${NAMES.lives}*\n?[a]`, "x", "PX", 60_000);
  await redis.client.set("mayfly:{p1}:../:state\r\n", "x", "PX", 60_000);
  await found();
  await expectOthersWell();
});
