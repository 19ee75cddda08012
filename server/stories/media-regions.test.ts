/** Files of people in two regions: real relays, a Redis in each, borders between them, one order. */
import { randomBytes } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { SEALED_CHUNK_BYTES } from "../../shared/media.ts";
import { createKafkaLog } from "../drivers/kafka/kafka-log.ts";
import { parseRegionName } from "../drivers/kafka/partition-records.ts";
import { createTestLog, type TestLog } from "../drivers/kafka/test-topic.ts";
import { createRedisMedia } from "../drivers/media/redis-media.ts";
import { createRegionMedia, regionMediaResources } from "../drivers/media/region-media.ts";
import { startRedis, type TestRedis } from "../drivers/redis/test-redis.ts";
import { openBorder } from "../drivers/region/border.ts";
import { createPeers } from "../drivers/region/peers.ts";
import { createSystemClock } from "../drivers/system-clock.ts";
import { judge } from "../room/judge.ts";
import {
  drop,
  enter,
  fileNo,
  get,
  noise,
  put,
  startMediaRelay,
  told,
  until,
  type MediaRelay,
} from "./media-world.ts";

const PARTITIONS = 1;
const clock = createSystemClock();
const secret = new Uint8Array(randomBytes(32));
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

interface Region {
  readonly redis: TestRedis;
  readonly relay: MediaRelay;
}

/** As server/main-stores.ts puts a region's relay together, over a log in memory. */
async function startRegion(topic: TestLog, i: number, urls: readonly string[][]): Promise<Region> {
  const redis = await startRedis();
  stops.push(() => redis.stop());
  const name = parseRegionName(`region-${i}`);
  if (name === null) throw new Error("no name");
  const own = createRedisMedia({ place: redis.place, partitions: PARTITIONS });
  const peers = createPeers({ urls: urls[i] ?? [], secret, region: name, clock });
  const log = createKafkaLog({
    place: redis.place,
    topic: topic.connect(name),
    openSignals: (read) => topic.signals(name, read),
    region: name,
    clock,
    judge,
    askCopy: (partition) => peers.ask(`/copy/${partition}`, 1e7),
    report: () => undefined,
  });
  const border = await openBorder({
    host: "127.0.0.1",
    port: 0,
    secret,
    clock,
    resources: [
      { path: /^\/copy\/(\d{1,4})$/, give: (partition) => log.copyOf(Number(partition)) },
      ...regionMediaResources(own),
    ],
  });
  stops.push(() => border.close());
  urls[1 - i]?.push(`http://127.0.0.1:${border.port}`);
  const store = createRegionMedia({
    own,
    clock,
    storeBytes: 1e9,
    seek: (path, mostBytes) => peers.seek(path, mostBytes),
    tell: async (path) => void (await peers.ask(path, 0)),
  });
  const relay = await startMediaRelay({ clock, redis: null, stores: { log, store } });
  stops.push(() => relay.stop());
  return { redis, relay };
}

async function twoRegions(): Promise<readonly [Region, Region]> {
  const topic = createTestLog(clock, PARTITIONS);
  const urls: string[][] = [[], []];
  return [await startRegion(topic, 0, urls), await startRegion(topic, 1, urls)];
}

const files = async ({ client }: TestRedis) => (await client.keys("*:file:*")).length;

test("[M5] [M8] [M9] alice sends a film in one region, bob has it in the other, and it ends with the room in both", async () => {
  const [north, south] = await twoRegions();
  const alice = await enter(north.relay);
  const bob = await enter(south.relay, alice);
  const film = [noise(SEALED_CHUNK_BYTES), noise(SEALED_CHUNK_BYTES), noise(4_321)];
  const total = film.reduce((sum, { length }) => sum + length, 0);
  const grant = await alice.upload(fileNo(1), total);
  for (const [index, body] of film.entries()) {
    const sent = await put(north.relay, alice.routeId, { file: fileNo(1), index, body }, grant);
    expect(told(sent)).toBe("204");
  }
  await alice.post(fileNo(1));
  await until("bob has the post", () => bob.records.some(({ kind }) => kind === "post"));
  expect(await files(south.redis)).toBe(0);
  const reading = await bob.reading();
  for (const [index, body] of film.entries()) {
    const got = await get(south.relay, bob.routeId, { file: fileNo(1), index }, reading);
    expect(got.status).toBe(200);
    expect(Buffer.compare(got.body, body)).toBe(0);
  }
  expect(await files(south.redis)).toBe(1);
  // A region's relays grant for themselves: what another one gave opens nothing here.
  const foreign = await get(north.relay, bob.routeId, { file: fileNo(1), index: 0 }, reading);
  expect(told(foreign)).toBe("401 not-granted");
  await alice.leave();
  expect((await get(south.relay, bob.routeId, { file: fileNo(1), index: 0 }, reading)).status).toBe(
    200,
  );
  await bob.leave();
  await until("it is gone in both", async () => {
    const counts = await Promise.all([north, south].map(({ redis }) => files(redis)));
    return counts.every((count) => count === 0);
  });
}, 60_000);

test("[M10] what alice deletes in one region is gone in the other", async () => {
  const [north, south] = await twoRegions();
  const alice = await enter(north.relay);
  const bob = await enter(south.relay, alice);
  const grant = await alice.upload(fileNo(1), 1_000);
  const chunk = { file: fileNo(1), index: 0 };
  await put(north.relay, alice.routeId, { ...chunk, body: noise(1_000) }, grant);
  await alice.post(fileNo(1));
  const reading = await bob.reading();
  await until(
    "bob's region knows the room",
    async () => (await get(south.relay, bob.routeId, chunk, reading)).status === 200,
  );
  expect(told(await drop(north.relay, alice.routeId, fileNo(1), grant))).toBe("204");
  await until(
    "bob has it no more",
    async () => told(await get(south.relay, bob.routeId, chunk, reading)) === "404 no-file",
  );
  await alice.leave();
  await bob.leave();
}, 60_000);
