/** A file's way from one member to another, and its end. */
import { afterEach, describe, expect, test } from "vitest";
import { SEALED_CHUNK_BYTES } from "../../shared/media.ts";
import { startRedis, type TestRedis } from "../drivers/redis/test-redis.ts";
import { createSystemClock } from "../drivers/system-clock.ts";
import { createHandClock } from "./hand-clock.ts";
import {
  drop,
  enter,
  fileNo,
  get,
  MEDIA_POLICY,
  noise,
  put,
  startMediaRelay,
  told,
  until,
  type MediaRelay,
  type MediaRelayOptions,
  type Member,
} from "./media-world.ts";

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function start(options: MediaRelayOptions): Promise<MediaRelay> {
  const relay = await startMediaRelay(options);
  stops.push(() => relay.stop());
  return relay;
}

/** A relay of its own by a clock turned by hand, with alice and bob in a room. */
async function alone(limits: MediaRelayOptions["limits"] = {}) {
  const clock = createHandClock();
  const relay = await start({ clock, redis: null, limits });
  const alice = await enter(relay);
  const bob = await enter(relay, alice);
  return { clock, relay, alice, bob, held: () => relay.memory?.size() };
}

/** Two relays that share a Redis. */
async function two() {
  const redis = await startRedis();
  stops.push(() => redis.stop());
  const clock = createSystemClock();
  const [here, there] = [await start({ clock, redis }), await start({ clock, redis })];
  return { redis, here, there };
}

/** Keys of files, of the region's account of them, and nothing else. */
async function mediaKeys({ client }: TestRedis): Promise<string[]> {
  const keys = await client.keys("*");
  return keys.filter((key) => /:file:|:media$|\{media\}:until/.test(key)).toSorted();
}

/** Sends a file of these chunks and announces it. */
async function send(
  relay: MediaRelay,
  who: Member,
  byte: number,
  chunks: Uint8Array<ArrayBuffer>[],
) {
  const total = chunks.reduce((sum, { length }) => sum + length, 0);
  const grant = await who.upload(fileNo(byte), total);
  for (const [index, body] of chunks.entries()) {
    const answer = await put(relay, who.routeId, { file: fileNo(byte), index, body }, grant);
    expect(told(answer)).toBe("204");
  }
  await who.post(fileNo(byte));
  return grant;
}

describe("one relay, alone", () => {
  test("[M5] alice sends a film of three chunks, bob has it byte for byte, in any order", async () => {
    const { relay, alice, bob } = await alone();
    const chunks = [noise(SEALED_CHUNK_BYTES), noise(SEALED_CHUNK_BYTES), noise(1_000)];
    await send(relay, alice, 1, chunks);
    const grant = await bob.reading();
    for (const index of [2, 0, 1, 2]) {
      const { status, body, headers } = await get(
        relay,
        bob.routeId,
        { file: fileNo(1), index },
        grant,
      );
      expect(status).toBe(200);
      expect(Buffer.compare(body, chunks[index] ?? Buffer.alloc(0))).toBe(0);
      expect(headers.get("content-type")).toBe("application/octet-stream");
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("access-control-allow-origin")).toBeNull();
    }
    await until("bob has the post", () => bob.records.some(({ kind }) => kind === "post"));
    expect(bob.records.find(({ kind }) => kind === "post")).toMatchObject({ files: [fileNo(1)] });
  });

  test("[M8] at the post's TTL nothing of the file is left, in the middle of the talk", async () => {
    const { clock, relay, alice, bob, held } = await alone();
    await send(relay, alice, 1, [noise(1_000)]);
    await clock.advance(MEDIA_POLICY.messageTtlMs - 1_000);
    const chunk = { file: fileNo(1), index: 0 };
    expect((await get(relay, bob.routeId, chunk, await bob.reading())).status).toBe(200);
    await clock.advance(1_000);
    expect(told(await get(relay, bob.routeId, chunk, await bob.reading()))).toBe("404 no-file");
    expect(held()).toEqual({ files: 0, heldBytes: 0, reservedBytes: 0 });
  });

  test("[M8] a file outlives neither its post nor the room's lifetime", async () => {
    const clock = createHandClock();
    const relay = await start({ clock, redis: null });
    const policy = { ...MEDIA_POLICY, lifetimeMs: 120_000 };
    const alice = await enter(relay, null, policy);
    await send(relay, alice, 1, [noise(1_000)]);
    await clock.advance(120_000);
    expect(await alice.closed).toBe(4404);
    expect(relay.memory?.size().files).toBe(0);
    expect(clock.waiting()).toBeLessThan(10);
  });

  test("[M7] an upload that stops is gone after its lease; one that goes on is not", async () => {
    const { clock, relay, alice, bob, held } = await alone();
    const total = 2 * SEALED_CHUNK_BYTES + 100;
    const [one, other] = [fileNo(1), fileNo(2)];
    let grant = await alice.upload(one, total);
    await put(
      relay,
      alice.routeId,
      { file: one, index: 0, body: noise(SEALED_CHUNK_BYTES) },
      grant,
    );
    const abandoned = await bob.upload(other, 1_000);
    await put(relay, bob.routeId, { file: other, index: 0, body: noise(1_000) }, abandoned);
    await clock.advance(90_000);
    await put(
      relay,
      alice.routeId,
      { file: one, index: 1, body: noise(SEALED_CHUNK_BYTES) },
      grant,
    );
    await clock.advance(90_000);
    expect(held()).toMatchObject({ files: 1, heldBytes: 2 * SEALED_CHUNK_BYTES });
    // Alice's line was away for a while: what she is told shows that everything is still there.
    const again = await alice.ask({ kind: "ask-upload", file: one, totalBytes: total });
    expect(again).toMatchObject({ kind: "granted", heldChunks: 2 });
    grant = await alice.upload(one, total);
    await clock.advance(120_000);
    expect(held()).toMatchObject({ files: 0 });
    const late = { file: one, index: 2, body: noise(100) };
    expect(told(await put(relay, alice.routeId, late, grant))).toBe("404 no-file");
    const anew = await alice.ask({ kind: "ask-upload", file: one, totalBytes: total });
    expect(anew).toMatchObject({ kind: "granted", heldChunks: 0 });
  });

  test("[M9] with the last leave everything goes at once", async () => {
    const { relay, alice, bob, held } = await alone();
    await send(relay, alice, 1, [noise(1_000)]);
    const grant = await bob.upload(fileNo(2), 1_000);
    await put(relay, bob.routeId, { file: fileNo(2), index: 0, body: noise(1_000) }, grant);
    const reading = await bob.reading();
    await alice.leave();
    expect((await get(relay, bob.routeId, { file: fileNo(1), index: 0 }, reading)).status).toBe(
      200,
    );
    await bob.leave();
    expect(held()).toEqual({ files: 0, heldBytes: 0, reservedBytes: 0 });
    const after = await get(relay, bob.routeId, { file: fileNo(1), index: 0 }, reading);
    expect(told(after)).toBe("404 no-room");
    const late = { file: fileNo(2), index: 0, body: noise(1_000) };
    expect(told(await put(relay, bob.routeId, late, grant))).toBe("404 no-room");
    expect(held()?.files).toBe(0);
  });

  test("[M10] alice deletes what she sent, before its post and after", async () => {
    const { relay, alice, bob, held } = await alone();
    const grant = await send(relay, alice, 1, [noise(1_000)]);
    expect(told(await drop(relay, alice.routeId, fileNo(1), grant))).toBe("204");
    const chunk = { file: fileNo(1), index: 0 };
    expect(told(await get(relay, bob.routeId, chunk, await bob.reading()))).toBe("404 no-file");
    const cancelled = await alice.upload(fileNo(2), 1_000);
    expect(told(await drop(relay, alice.routeId, fileNo(2), cancelled))).toBe("204");
    expect(told(await drop(relay, alice.routeId, fileNo(2), cancelled))).toBe("204");
    expect(held()?.files).toBe(0);
  });

  test("[M8] a post that lists another's file, or none that there is, keeps nothing alive", async () => {
    const { clock, relay, alice, bob, held } = await alone();
    const grant = await alice.upload(fileNo(1), 1_000);
    await put(relay, alice.routeId, { file: fileNo(1), index: 0, body: noise(1_000) }, grant);
    await bob.post(fileNo(1), fileNo(9));
    await clock.advance(120_000);
    expect(held()?.files).toBe(0);
  });

  test("[M4] a relay that takes no files says so, and the room talks on", async () => {
    const { alice, bob } = await alone({ mediaBytes: 0 });
    const upload = { kind: "ask-upload", file: fileNo(1), totalBytes: 100 } as const;
    expect(await alice.ask(upload)).toMatchObject({ kind: "not-granted", reason: "off" });
    expect(await bob.ask({ kind: "ask-reading" })).toMatchObject({ reason: "off" });
    await alice.post();
  });

  test("a relay that starts again knows of no file, and of no grant", async () => {
    const { relay, alice } = await alone();
    const grant = await send(relay, alice, 1, [noise(1_000)]);
    const reading = await alice.reading();
    await relay.stop();
    expect(relay.memory?.size().files).toBe(0);
    const fresh = await start({ clock: relay.clock, redis: null });
    const chunk = { file: fileNo(1), index: 0 };
    expect(told(await get(fresh, alice.routeId, chunk, reading))).toBe("401 not-granted");
    const again = { ...chunk, body: noise(1_000) };
    expect(told(await put(fresh, alice.routeId, again, grant))).toBe("401 not-granted");
  });
});

describe("two relays that share a Redis", () => {
  test("[M5] sent at one, had at the other, with grants of either", async () => {
    const { here, there } = await two();
    const alice = await enter(here);
    const bob = await enter(there, alice);
    const chunks = [noise(SEALED_CHUNK_BYTES), noise(777)];
    const grant = await alice.upload(fileNo(1), SEALED_CHUNK_BYTES + 777);
    // A load balancer sends each request where it likes.
    for (const [index, body] of chunks.entries()) {
      const relay = index === 0 ? there : here;
      const sent = await put(relay, alice.routeId, { file: fileNo(1), index, body }, grant);
      expect(told(sent)).toBe("204");
    }
    await alice.post(fileNo(1));
    const reading = await bob.reading();
    for (const [index, chunk] of chunks.entries()) {
      for (const relay of [here, there]) {
        const got = await get(relay, bob.routeId, { file: fileNo(1), index }, reading);
        expect(Buffer.compare(got.body, chunk)).toBe(0);
      }
    }
  });

  test("[M5] a relay that serves no line of the room serves its files", async () => {
    const { here, there } = await two();
    const alice = await enter(here);
    await send(there, alice, 1, [noise(1_000)]);
    const got = await get(
      there,
      alice.routeId,
      { file: fileNo(1), index: 0 },
      await alice.reading(),
    );
    expect(got.status).toBe(200);
  });

  test("[M8] [M7] accepted posts keep their files, leases end, all by Redis alone", async () => {
    const { redis, here, there } = await two();
    const alice = await enter(here);
    const bob = await enter(there, alice);
    await send(here, alice, 1, [noise(1_000)]);
    const grant = await bob.upload(fileNo(2), 1_000);
    await put(there, bob.routeId, { file: fileNo(2), index: 0, body: noise(1_000) }, grant);
    const keyOf = async (byte: number) =>
      (await redis.client.keys(`*:file:${fileNo(byte)}`))[0] ?? "";
    await until("the post's TTL is the file's", async () => {
      const leftMs = await redis.client.pttl(await keyOf(1));
      return leftMs > 590_000 && leftMs <= 600_000;
    });
    const leftMs = await redis.client.pttl(await keyOf(2));
    expect(leftMs).toBeGreaterThan(0);
    expect(leftMs).toBeLessThanOrEqual(120_000);
  });

  test("[M9] with the last leave no key of any file is left", async () => {
    const { redis, here, there } = await two();
    const alice = await enter(here);
    const bob = await enter(there, alice);
    await send(here, alice, 1, [noise(SEALED_CHUNK_BYTES), noise(99)]);
    await bob.upload(fileNo(2), 5_000);
    expect((await mediaKeys(redis)).length).toBe(4);
    await alice.leave();
    await bob.leave();
    await until("all is gone", async () => (await mediaKeys(redis)).length === 0);
    expect(await redis.client.hget("mayfly:{media}:bytes", "@")).toBe("0");
  });

  test("one of them dies: the other has everything, and its grants count on", async () => {
    const { here, there } = await two();
    const alice = await enter(there);
    const reading = await alice.reading();
    const grant = await alice.upload(fileNo(1), 1_000);
    await put(here, alice.routeId, { file: fileNo(1), index: 0, body: noise(1_000) }, grant);
    await here.stop();
    expect((await get(there, alice.routeId, { file: fileNo(1), index: 0 }, reading)).status).toBe(
      200,
    );
  });

  test("[M6] while Redis is away every answer says so; when it is back grants count on", async () => {
    const { redis, here } = await two();
    const alice = await enter(here);
    const grant = await alice.upload(fileNo(1), 1_000);
    const chunk = { file: fileNo(1), index: 0, body: noise(1_000) };
    await put(here, alice.routeId, chunk, grant);
    redis.freeze();
    const reading = await alice.ask({ kind: "ask-reading" });
    expect(told(await put(here, alice.routeId, chunk, grant))).toBe("503 unavailable");
    const another = { kind: "ask-upload", file: fileNo(2), totalBytes: 100 } as const;
    expect(await alice.ask(another)).toMatchObject({ reason: "unavailable" });
    redis.thaw();
    // The secret was known: no Redis was needed for this one.
    expect(reading.kind).toBe("granted");
    await until(
      "it is there again",
      async () => told(await put(here, alice.routeId, chunk, grant)) === "204",
    );
  });
});
