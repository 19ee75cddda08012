/** The contract of every media store, over one real Redis and over a cluster of three; and what only Redis does. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { fileIdOf, type RouteId } from "../../../shared/ids.ts";
import { SEALED_CHUNK_BYTES } from "../../../shared/media.ts";
import { describeMediaContract } from "../../ports/media.contract.ts";
import { ALICE, BOB, commit, leave, open, ROUTE, serve } from "../../ports/test-room.ts";
import { judge } from "../../room/judge.ts";
import { namesOf } from "../redis/keys.ts";
import { createRedisLog } from "../redis/redis-log.ts";
import type { RedisPlace } from "../redis/servers.ts";
import { letPass, startCluster, startRedis, type TestRedis } from "../redis/test-redis.ts";
import { createSystemClock } from "../system-clock.ts";
import { createRedisMedia, type RedisMedia } from "./redis-media.ts";

const LEDGER = "mayfly:{media}:until";
const SEAT = `seat.${ALICE}.since`;

interface Store {
  readonly place: RedisPlace;
  readonly nodes: readonly TestRedis[];
}

/** A state as a log would have it, and no log that could be in the way. */
async function create({ place, nodes }: Store) {
  const opened: RedisMedia[] = [];
  for (const { client } of nodes) await client.flushall();

  async function another(): Promise<RedisMedia> {
    const media = createRedisMedia({ place });
    opened.push(media);
    await media.link.connected();
    return media;
  }

  const media = await another();
  return {
    media,
    another,
    async stands(routeId: RouteId, fields: readonly string[] | null) {
      const { state } = namesOf(routeId);
      await media.link.command("DEL", state);
      if (fields === null) return;
      await media.link.command("HSET", state, ...fields.flatMap((field) => [field, 1]));
    },
    async passes(ms: number) {
      for (const node of nodes) await letPass(node, ms);
      // The ledger's times are of the region's clock: they come closer instead.
      const entries = await media.link.command("ZRANGE", LEDGER, "0", "-1");
      for (const entry of Array.isArray(entries) ? (entries as unknown[]) : [])
        await media.link.command("ZINCRBY", LEDGER, String(-ms), String(entry));
    },
    async isEmpty() {
      const keys = await Promise.all(nodes.map(({ client }) => client.keys("*")));
      const ours = keys.flat().filter((key) => !/:state$|\{media\}:secret$/.test(key));
      if (!ours.includes("mayfly:{media}:bytes")) return ours.length === 0;
      // A sum of nothing may be left, until it expires.
      const sum = await media.link.command("HGETALL", "mayfly:{media}:bytes");
      const isNothing = Array.isArray(sum) && sum.map(String).join() === "@,0";
      return ours.length === 1 && isNothing;
    },
    async close() {
      for (const store of opened) await store.close();
    },
  };
}

const random = (length: number) => new Uint8Array(randomBytes(length));
const BOUNDS = { memberBytes: 1e9, memberFiles: 1_000, roomBytes: 1e9, storeBytes: 1e9 };
const own = (byte: number, totalBytes: number) => ({
  routeId: ROUTE,
  session: ALICE,
  seat: SEAT,
  file: fileIdOf(new Uint8Array(16).fill(byte)),
  totalBytes,
});

describe("one server", () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  const store = () => create({ place: redis.place, nodes: [redis] });
  describeMediaContract("redis", { hasManyRelays: true }, store);

  test("[M7] every key of it expires by itself, with no relay alive", async () => {
    const under = await store();
    await under.stands(ROUTE, [SEAT]);
    await under.media.secret(new Uint8Array(32));
    for (const byte of [1, 2]) {
      await under.media.reserve(own(byte, 300_000), BOUNDS, 120_000);
      await under.media.put(own(byte, 300_000), 0, new Uint8Array(1_000), 120_000);
    }
    await under.media.announce(ROUTE, ALICE, [own(1, 1).file], 24 * 60 * 60_000);
    await under.close();
    const keys = (await redis.client.keys("*")).filter((key) => !key.endsWith(":state"));
    expect(keys.length).toBe(6);
    for (const key of keys) {
      const leftMs = await redis.client.pttl(key);
      expect(leftMs).toBeGreaterThan(0);
      expect(leftMs).toBeLessThanOrEqual(24 * 60 * 60_000);
    }
  });

  test("[M9] the very step that ends the room takes its files, with no relay to see to it", async () => {
    const under = await store();
    const log = createRedisLog({ place: redis.place, clock: createSystemClock(), random, judge });
    await vi.waitFor(() => expect(log.isReady()).toBe(true));
    const { room } = await serve(log);
    await room.append([open(), commit(BOB, 1)]);
    await under.media.reserve(own(1, 1_000), BOUNDS, 120_000);
    await under.media.put(own(1, 1_000), 0, new Uint8Array(1_000), 120_000);
    await room.append([leave(ALICE, 1)]);
    expect((await redis.client.keys("*:file:*")).length).toBe(1);
    await room.append([leave(BOB, 2)]);
    expect(await redis.client.keys("*:file:*")).toEqual([]);
    const [list = ""] = await redis.client.keys("*:media");
    expect(await redis.client.pttl(list)).toBeLessThanOrEqual(60_000);
    await under.media.purge(ROUTE);
    expect(await under.isEmpty()).toBe(true);
    await log.close();
    await under.close();
  });

  test("[M4] the region's account is the sum of its files, whatever was asked in between", async () => {
    const under = await store();
    await under.stands(ROUTE, [SEAT]);
    for (let byte = 1; byte <= 20; byte++) {
      await under.media.reserve(own(byte, 1_000 * byte), BOUNDS, 120_000);
      if (byte % 3 === 0) await under.media.drop(own(byte, 1), own(byte, 1).file);
      if (byte % 5 === 0) await under.media.reserve(own(byte, 1_000 * byte), BOUNDS, 120_000);
    }
    const listed = await redis.client.hgetall("mayfly:{media}:bytes");
    const { "@": sum, ...files } = listed;
    expect(await redis.client.zcard(LEDGER)).toBe(Object.keys(files).length);
    expect(Object.values(files).reduce((total, bytes) => total + Number(bytes), 0)).toBe(
      Number(sum),
    );
    await under.media.purge(ROUTE);
    expect(await redis.client.hget("mayfly:{media}:bytes", "@")).toBe("0");
    expect(await redis.client.zcard(LEDGER)).toBe(0);
    await under.close();
  });

  test("a Redis that is away is told by a throw, and what it holds is had when it is back", async () => {
    const under = await store();
    await under.stands(ROUTE, [SEAT]);
    await under.media.reserve(own(1, 1_000), BOUNDS, 120_000);
    redis.freeze();
    const asked = under.media.put(own(1, 1_000), 0, new Uint8Array(1_000), 120_000);
    await expect(asked).rejects.toThrow("Redis is away");
    redis.thaw();
    await expect
      .poll(async () =>
        under.media.put(own(1, 1_000), 0, new Uint8Array(1_000), 120_000).catch(() => "away"),
      )
      .toBe("held");
    await under.close();
  }, 20_000);
});

describe("one server whose memory is small", () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis("--maxmemory", "8mb", "--maxmemory-policy", "noeviction");
  });
  afterAll(() => redis.stop());

  test("[M4] files that it can't hold are refused beforehand: a quarter stays for the order", async () => {
    const under = await create({ place: redis.place, nodes: [redis] });
    await under.stands(ROUTE, [SEAT]);
    const refused = { kind: "refused", reason: "relay-quota" };
    expect(await under.media.reserve(own(1, 6_500_000), BOUNDS, 120_000)).toEqual(refused);
    expect(await under.media.reserve(own(1, 2_000_000), BOUNDS, 120_000)).toMatchObject({
      kind: "reserved",
    });
    await under.close();
  });

  test("[M6] a chunk for which no memory is left is refused as full, not as a fault", async () => {
    const under = await create({ place: redis.place, nodes: [redis] });
    await under.stands(ROUTE, [SEAT]);
    await under.media.reserve(own(1, 4_000_000), BOUNDS, 120_000);
    const others: string[] = [];
    const fill = async () => redis.client.set(`other ${others.length}`, Buffer.alloc(100_000));
    while ((await fill().catch(() => "full")) === "OK") others.push(`other ${others.length}`);
    const chunk = new Uint8Array(SEALED_CHUNK_BYTES);
    expect(await under.media.put(own(1, 4_000_000), 0, chunk, 120_000)).toBe("full");
    await redis.client.del(...others);
    expect(await under.media.put(own(1, 4_000_000), 0, chunk, 120_000)).toBe("held");
    await under.close();
  });
});

describe("a cluster of three", () => {
  let cluster: Awaited<ReturnType<typeof startCluster>>;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.stop());
  describeMediaContract("redis cluster", { hasManyRelays: true }, () => create(cluster));
});
