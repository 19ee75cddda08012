/** Files across regions: two real Redis servers, real borders between them, every answer proved. */
import { randomBytes } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import type { Bytes } from "../../../shared/bytes.ts";
import { fileIdOf } from "../../../shared/ids.ts";
import { SEALED_CHUNK_BYTES } from "../../../shared/media.ts";
import type { MediaStore, OwnFile } from "../../ports/media.ts";
import { describeMediaContract } from "../../ports/media.contract.ts";
import { ALICE, BOB, ROUTE } from "../../ports/test-room.ts";
import { namesOf } from "../redis/keys.ts";
import { letPass, startRedis, type TestRedis } from "../redis/test-redis.ts";
import { openBorder } from "../region/border.ts";
import { createPeers } from "../region/peers.ts";
import { createSystemClock } from "../system-clock.ts";
import { decodeCopiedChunk, encodeCopiedChunk } from "./copied-chunk.ts";
import { createRedisMedia, type RedisMedia } from "./redis-media.ts";
import { createRegionMedia, regionMediaResources } from "./region-media.ts";

const PARTITIONS = 4;
const LEASE_MS = 120_000;
const BOUNDS = { memberBytes: 1e9, memberFiles: 1_000, roomBytes: 1e9, storeBytes: 1e9 };
const secret = new Uint8Array(randomBytes(32));
const clock = createSystemClock();
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

interface Region {
  readonly redis: TestRedis;
  readonly own: RedisMedia;
  readonly media: MediaStore;
  /** Paths that others asked it for. */
  readonly asked: string[];
  closeBorder(): Promise<void>;
}

/** Both regions with the room standing; each knows where the other listens. */
async function twoRegions(storeBytes = 1e9): Promise<readonly [Region, Region]> {
  const urls: string[][] = [[], []];
  async function start(i: number): Promise<Region> {
    const redis = await startRedis();
    stops.push(() => redis.stop());
    const own = createRedisMedia({ place: redis.place, partitions: PARTITIONS });
    stops.push(() => own.close());
    await own.link.connected();
    await stand(redis, ALICE, BOB);
    const asked: string[] = [];
    const resources = regionMediaResources(own).map(({ path, give }) => ({
      path,
      give: (...parts: readonly string[]) => {
        asked.push(parts.join("/"));
        return give(...parts);
      },
    }));
    const border = await openBorder({ host: "127.0.0.1", port: 0, secret, clock, resources });
    let isOpen = true;
    const closeBorder = async () => {
      if (isOpen) await border.close();
      isOpen = false;
    };
    stops.push(closeBorder);
    urls[1 - i]?.push(`http://127.0.0.1:${border.port}`);
    const peers = createPeers({ urls: urls[i] ?? [], secret, region: `region-${i}`, clock });
    const media = createRegionMedia({
      own,
      clock,
      storeBytes,
      seek: (path, mostBytes) => peers.seek(path, mostBytes),
      tell: async (path) => void (await peers.ask(path, 0)),
    });
    return { redis, own, media, asked, closeBorder };
  }
  return [await start(0), await start(1)];
}

async function stand({ client }: TestRedis, ...sessions: readonly string[]): Promise<void> {
  const { state } = namesOf(ROUTE, PARTITIONS);
  await client.del(state);
  const fields = sessions.flatMap((session) => [`seat.${session}.since`, "1"]);
  if (fields.length > 0) await client.hset(state, ...fields);
}

const own = (totalBytes: number, session = ALICE): OwnFile => ({
  routeId: ROUTE,
  session,
  seat: `seat.${session}.since`,
  file: fileIdOf(new Uint8Array(16).fill(1)),
  totalBytes,
});
const bob = own(0, BOB);
const noise = (length: number): Bytes => new Uint8Array(randomBytes(length));
const fileKeys = async ({ client }: TestRedis) =>
  (await client.keys("*")).filter((key) => /:file:|:media$|:until$/.test(key));

/** Alice's film of three chunks lies in that region and is announced. */
async function film({ media }: Region): Promise<readonly Bytes[]> {
  const chunks = [noise(SEALED_CHUNK_BYTES), noise(SEALED_CHUNK_BYTES), noise(500)];
  const file = own(2 * SEALED_CHUNK_BYTES + 500);
  await media.reserve(file, BOUNDS, LEASE_MS);
  for (const [index, chunk] of chunks.entries())
    expect(await media.put(file, index, chunk, LEASE_MS)).toBe("held");
  await media.announce(ROUTE, ALICE, [file.file], 600_000);
  return chunks;
}
const same = (found: unknown, chunk: Bytes | undefined): boolean =>
  found instanceof Uint8Array && chunk !== undefined && Buffer.compare(found, chunk) === 0;

test("[M5] bob has in his region what alice sent in hers, byte for byte; each chunk crosses once", async () => {
  const [here, there] = await twoRegions();
  const chunks = await film(here);
  for (const index of [2, 0, 1])
    expect(same(await there.media.get(bob, bob.file, index), chunks[index])).toBe(true);
  expect(here.asked.length).toBe(3);
  const again = Array.from({ length: 30 }, (_, i) => there.media.get(bob, bob.file, i % 3));
  for (const [i, found] of (await Promise.all(again)).entries())
    expect(same(found, chunks[i % 3])).toBe(true);
  expect(here.asked.length).toBe(3);
});

test("fifty readers who come at once have each chunk fetched once", async () => {
  const [here, there] = await twoRegions();
  const chunks = await film(here);
  const all = Array.from({ length: 50 }, () => there.media.get(bob, bob.file, 0));
  for (const found of await Promise.all(all)) expect(same(found, chunks[0])).toBe(true);
  expect(here.asked.length).toBe(1);
});

test("[M8] a copy lives for what is left of the file's life, and no longer", async () => {
  const [here, there] = await twoRegions();
  await film(here);
  await letPass(here.redis, 400_000);
  await there.media.get(bob, bob.file, 0);
  const key = (await there.redis.client.keys("*:file:*"))[0] ?? "";
  const leftMs = await there.redis.client.pttl(key);
  expect(leftMs).toBeGreaterThan(190_000);
  expect(leftMs).toBeLessThanOrEqual(200_000);
  await letPass(here.redis, 200_000);
  await letPass(there.redis, 200_000);
  expect(await there.media.get(bob, bob.file, 0)).toBe("no-file");
});

test("[M9] a room that ends takes the copies with it, and none comes after", async () => {
  const [here, there] = await twoRegions();
  await film(here);
  await there.media.get(bob, bob.file, 0);
  await stand(there.redis);
  await there.media.purge(ROUTE);
  expect(await fileKeys(there.redis)).toEqual([]);
  // The other region has not heard of the end yet.
  expect(await there.media.get(bob, bob.file, 1)).toBe("no-room");
  await there.own.adopt(
    { routeId: ROUTE, file: bob.file, index: 2 },
    { session: ALICE, totalBytes: 2 * SEALED_CHUNK_BYTES + 500, leftMs: 9_000, chunk: noise(500) },
    1e9,
  );
  expect(await fileKeys(there.redis)).toEqual([]);
});

test("[M5] a session without a seat gets nothing from another region either", async () => {
  const [here, there] = await twoRegions();
  await film(here);
  await stand(there.redis, ALICE);
  expect(await there.media.get(bob, bob.file, 0)).toBe("no-seat");
  expect(here.asked).toEqual([]);
});

test("[M10] what alice deletes goes in every region", async () => {
  const [here, there] = await twoRegions();
  await film(here);
  await there.media.get(bob, bob.file, 0);
  expect(await here.media.drop(own(0), bob.file)).toBe(true);
  await vi.waitFor(async () => expect(await fileKeys(there.redis)).toEqual([]));
  expect(await there.media.get(bob, bob.file, 0)).toBe("no-file");
});

test("nobody writes into a copy, nor takes its id", async () => {
  const [here, there] = await twoRegions();
  await film(here);
  await there.media.get(bob, bob.file, 0);
  expect(await there.media.reserve(own(1_000, BOB), BOUNDS, LEASE_MS)).toMatchObject({
    reason: "taken",
  });
  const mine = own(2 * SEALED_CHUNK_BYTES + 500);
  expect(await there.media.put(mine, 1, noise(SEALED_CHUNK_BYTES), LEASE_MS)).toBe("no-file");
});

test("[M4] where there is no space for a copy the chunk is handed on all the same", async () => {
  const [here, there] = await twoRegions(1_000);
  const chunks = await film(here);
  for (let i = 0; i < 2; i++)
    expect(same(await there.media.get(bob, bob.file, 0), chunks[0])).toBe(true);
  expect(here.asked.length).toBe(2);
  expect(await fileKeys(there.redis)).toEqual([]);
});

test("[M6] another region that cannot be reached is no answer: neither here nor gone", async () => {
  const [here, there] = await twoRegions();
  const chunks = await film(here);
  await there.media.get(bob, bob.file, 0);
  await here.closeBorder();
  expect(same(await there.media.get(bob, bob.file, 0), chunks[0])).toBe(true);
  await expect(there.media.get(bob, bob.file, 1)).rejects.toThrow("another region");
  // What is asked after it is not held up by it.
  expect(same(await there.media.get(bob, bob.file, 0), chunks[0])).toBe(true);
});

test("a copied chunk is exactly one, of the size that its place has", () => {
  const copied = { session: ALICE, totalBytes: 1_000, leftMs: 5, chunk: noise(1_000) };
  const bytes = encodeCopiedChunk(copied);
  expect(decodeCopiedChunk(bytes, 0)).toEqual(copied);
  expect(decodeCopiedChunk(bytes, 1)).toBeNull();
  for (let length = 0; length < bytes.length; length++)
    expect(decodeCopiedChunk(bytes.slice(0, length), 0)).toBeNull();
  expect(decodeCopiedChunk(encodeCopiedChunk({ ...copied, leftMs: 0 }), 0)).toBeNull();
  expect(decodeCopiedChunk(encodeCopiedChunk({ ...copied, totalBytes: 16 }), 0)).toBeNull();
});

describeMediaContract("redis, one of several regions", { hasManyRelays: false }, async () => {
  const redis = await startRedis();
  const store = createRedisMedia({ place: redis.place });
  await store.link.connected();
  const media = createRegionMedia({
    own: store,
    clock,
    storeBytes: 1e9,
    seek: () => Promise.resolve(null),
    tell: () => Promise.resolve(),
  });
  const LEDGER = "mayfly:{media}:until";
  return {
    media,
    async stands(routeId, fields) {
      const { state } = namesOf(routeId);
      await redis.client.del(state);
      if (fields !== null) await redis.client.hset(state, ...fields.flatMap((name) => [name, "1"]));
    },
    async passes(ms) {
      await letPass(redis, ms);
      for (const entry of await redis.client.zrange(LEDGER, "0", "-1"))
        await redis.client.zincrby(LEDGER, String(-ms), entry);
    },
    isEmpty: async () => (await fileKeys(redis)).length === 0,
    another: () => Promise.reject(new Error("see redis-media.test.ts")),
    async close() {
      await store.close();
      await redis.stop();
    },
  };
});
