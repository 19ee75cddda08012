/** HOSTILE §7, items 51–57, as far as a relay can tell: grants where they don't belong, sizes, quotas, slow ones. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { concat, type Bytes } from "../../shared/bytes.ts";
import type { FileId, RouteId } from "../../shared/ids.ts";
import { authorizationOf, chunkPath, filePath, SEALED_CHUNK_BYTES } from "../../shared/media.ts";
import { ANSWER_MS } from "../edge/media-routes.ts";
import type { MediaStore } from "../ports/media.ts";
import { GRANT_MS } from "../room/grants.ts";
import { createHandClock } from "./hand-clock.ts";
import {
  drop,
  enter,
  fileNo,
  get,
  MEDIA_POLICY,
  noise,
  put,
  request,
  startMediaRelay,
  told,
  until,
  type MediaRelay,
  type MediaRelayOptions,
} from "./media-world.ts";

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

type Options = Partial<Omit<MediaRelayOptions, "clock" | "redis">>;

/** A relay with alice and bob in a room, by a clock turned by hand. */
async function roomOfTwo(options: Options = {}) {
  const clock = createHandClock();
  const relay = await startMediaRelay({ clock, redis: null, ...options });
  stops.push(() => relay.stop());
  const alice = await enter(relay);
  const bob = await enter(relay, alice);
  return { clock, relay, alice, bob, held: () => relay.memory?.size() };
}

const NOT_GRANTED = "401 not-granted";
const chunk = (byte: number, body = noise(1_000), index = 0) => ({
  file: fileNo(byte),
  index,
  body,
});

describe("a grant counts for what it was given, and for nothing else", () => {
  test("of another room: neither to read nor to send nor to delete", async () => {
    const { relay, alice } = await roomOfTwo();
    const mallory = await enter(relay);
    const sent = await alice.upload(fileNo(1), 1_000);
    await put(relay, alice.routeId, chunk(1), sent);
    const reading = await mallory.reading();
    expect(told(await get(relay, alice.routeId, chunk(1), reading))).toBe(NOT_GRANTED);
    const upload = await mallory.upload(fileNo(1), 1_000);
    expect(told(await put(relay, alice.routeId, chunk(1), upload))).toBe(NOT_GRANTED);
    expect(told(await drop(relay, alice.routeId, fileNo(1), upload))).toBe(NOT_GRANTED);
    // Nor does alice's open mallory's room, where a file has the same id.
    expect(told(await put(relay, mallory.routeId, chunk(1), sent))).toBe(NOT_GRANTED);
    expect((await get(relay, alice.routeId, chunk(1), await alice.reading())).status).toBe(200);
  });

  test("of another file, or to read where it is to send", async () => {
    const { relay, alice, bob, held } = await roomOfTwo();
    const one = await alice.upload(fileNo(1), 1_000);
    await alice.upload(fileNo(2), 1_000);
    const reading = await alice.reading();
    expect(told(await put(relay, alice.routeId, chunk(2), one))).toBe(NOT_GRANTED);
    expect(told(await drop(relay, alice.routeId, fileNo(2), one))).toBe(NOT_GRANTED);
    expect(told(await put(relay, alice.routeId, chunk(1), reading))).toBe(NOT_GRANTED);
    expect(told(await drop(relay, alice.routeId, fileNo(1), reading))).toBe(NOT_GRANTED);
    expect(told(await get(relay, alice.routeId, chunk(1), one))).toBe(NOT_GRANTED);
    expect(held()).toMatchObject({ files: 2, heldBytes: 0 });
    // Bob can neither take the id nor have a grant for it.
    const bobs = { kind: "ask-upload", file: fileNo(1), totalBytes: 1_000 } as const;
    expect(await bob.ask(bobs)).toMatchObject({ kind: "not-granted", reason: "taken" });
  });

  test("of a session that has left: at once", async () => {
    const { relay, alice, bob } = await roomOfTwo();
    await put(relay, alice.routeId, chunk(1), await alice.upload(fileNo(1), 1_000));
    const [reading, upload] = [await bob.reading(), await bob.upload(fileNo(2), 1_000)];
    expect((await get(relay, alice.routeId, chunk(1), reading)).status).toBe(200);
    await bob.leave();
    expect(told(await get(relay, alice.routeId, chunk(1), reading))).toBe(NOT_GRANTED);
    expect(told(await put(relay, alice.routeId, chunk(2), upload))).toBe(NOT_GRANTED);
    expect(told(await drop(relay, alice.routeId, fileNo(2), upload))).toBe(NOT_GRANTED);
    expect((await get(relay, alice.routeId, chunk(1), await alice.reading())).status).toBe(200);
  });

  test("that has ended: minutes after it was given, to the millisecond", async () => {
    const { clock, relay, alice } = await roomOfTwo();
    await alice.post();
    const [upload, reading] = [await alice.upload(fileNo(1), 1_000), await alice.reading()];
    await put(relay, alice.routeId, chunk(1), upload);
    await alice.post(fileNo(1));
    await clock.advance(GRANT_MS - 1);
    expect((await get(relay, alice.routeId, chunk(1), reading)).status).toBe(200);
    await clock.advance(1);
    expect(told(await get(relay, alice.routeId, chunk(1), reading))).toBe(NOT_GRANTED);
    expect(told(await put(relay, alice.routeId, chunk(1), upload))).toBe(NOT_GRANTED);
    // Replayed it opens nothing; a new one does.
    expect((await get(relay, alice.routeId, chunk(1), await alice.reading())).status).toBe(200);
  });

  test("no bit of it may differ, and none is guessed", async () => {
    const { relay, alice } = await roomOfTwo();
    const reading = await alice.reading();
    const at = async (grant: Bytes) => told(await get(relay, alice.routeId, chunk(1), grant));
    expect(await at(reading)).toBe("404 no-file");
    for (let i = 0; i < reading.length; i++) {
      const other = reading.slice();
      other[i] = (other[i] ?? 0) ^ 1;
      expect(await at(other)).toBe(NOT_GRANTED);
    }
    for (const length of [1, 31, 32, 33, reading.length - 1])
      expect(await at(reading.slice(0, length))).toBe(NOT_GRANTED);
    expect(await at(concat(reading, Uint8Array.of(0)))).toBe(NOT_GRANTED);
    expect(await at(new Uint8Array(reading.length))).toBe(NOT_GRANTED);
  });

  test("none, twice, or in words: not granted, and nothing of it comes back", async () => {
    const { relay, alice } = await roomOfTwo();
    const path = chunkPath(alice.routeId, fileNo(1), 0);
    for (const authorization of [
      "",
      "Bearer",
      "Bearer zz",
      "Basic AAAA",
      `Bearer ${"0".repeat(600)}`,
    ]) {
      const answer = await request(relay, "GET", path, { headers: { authorization } });
      expect(told(answer)).toBe(NOT_GRANTED);
    }
    expect(told(await request(relay, "GET", path))).toBe(NOT_GRANTED);
    const fits = { authorization: authorizationOf(await alice.reading()) };
    const foreign = { ...fits, origin: "https://evil.example" };
    expect(told(await request(relay, "GET", path, { headers: foreign }))).toBe(NOT_GRANTED);
    const ours = { ...fits, origin: relay.origin };
    expect(told(await request(relay, "GET", path, { headers: ours }))).toBe("404 no-file");
  });

  test("who has no seat gets none: the line ends", async () => {
    const { relay, alice } = await roomOfTwo();
    const stranger = await enter(relay);
    await stranger.leave();
    const joiner = relay.dial();
    const [code] = await new Promise<[number]>((settle) => {
      joiner.on("close", (...args) => settle(args as unknown as [number]));
      joiner.on("message", () => joiner.send(Uint8Array.of(10, 0, 0, 0, 1)));
    });
    expect(code).toBe(4401);
    expect(alice.records.length).toBeGreaterThan(0);
  });
});

describe("[item 55] sizes and places", () => {
  const TOTAL = SEALED_CHUNK_BYTES + 500;

  test("swapped, cut, longer, repeated and foreign chunks: each its own answer, nothing written", async () => {
    const { relay, alice, held } = await roomOfTwo();
    const grant = await alice.upload(fileNo(1), TOTAL);
    const [first, last] = [noise(SEALED_CHUNK_BYTES), noise(500)];
    const at = async (index: number, body: Bytes) =>
      told(await put(relay, alice.routeId, { file: fileNo(1), index, body }, grant));
    // The last one's bytes at the first one's place, and the other way round.
    expect(await at(0, last)).toBe("400 size");
    expect(await at(1, first)).toBe("413 size");
    expect(await at(0, first.slice(1))).toBe("400 size");
    expect(await at(1, last.slice(1))).toBe("400 size");
    expect(await at(2, last)).toBe("400 size");
    expect(await at(1, new Uint8Array(0))).toBe("400 size");
    expect(held()?.heldBytes).toBe(0);
    expect(await at(0, first)).toBe("204");
    expect(await at(0, first)).toBe("204");
    expect(await at(0, noise(SEALED_CHUNK_BYTES))).toBe("409 differs");
    expect(await at(1, last)).toBe("204");
    // Once its post stands nothing can be put in the place of what was there.
    await alice.post(fileNo(1));
    expect(await at(1, noise(500))).toBe("409 differs");
    expect(await at(1, last)).toBe("204");
    expect(held()?.heldBytes).toBe(TOTAL);
  });

  test("a size that chunks don't add up to ends the line of who asks", async () => {
    const { alice, bob } = await roomOfTwo();
    alice.send({ kind: "ask-upload", ref: 1, file: fileNo(1), totalBytes: 16 });
    expect(await alice.closed).toBe(4400);
    await bob.post();
  });

  test.each([
    "/media",
    "/media/",
    "/media/x/y/0",
    `/media/${"a".repeat(32)}`,
    `/media/${"a".repeat(32)}/${"b".repeat(32)}/00`,
    `/media/${"a".repeat(32)}/${"b".repeat(32)}/-1`,
    `/media/${"a".repeat(32)}/${"b".repeat(32)}/1e3`,
    `/media/${"a".repeat(32)}/${"b".repeat(32)}/99999999`,
    `/media/${"A".repeat(32)}/${"b".repeat(32)}/0`,
    `/media/${"a".repeat(32)}/${"b".repeat(31)}/0`,
    `/media/${"a".repeat(32)}/${"b".repeat(32)}/0/0`,
    `/media/${"a".repeat(32)}/../../livez`,
    `/media/${"a".repeat(32)}/${"b".repeat(32)}/%30`,
  ])("path %s is none of ours", async (path) => {
    const { relay, alice } = await roomOfTwo();
    const grant = authorizationOf(await alice.reading());
    const host = new URL(relay.origin).host;
    const text = await relay.raw(
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${grant}\r\nConnection: close\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 40[45] /);
    expect(text.toLowerCase()).toContain("content-security-policy");
  });

  test.each(["POST", "PATCH", "HEAD", "OPTIONS", "PROPFIND"])("method %s: 405", async (method) => {
    const { relay, alice } = await roomOfTwo();
    const host = new URL(relay.origin).host;
    const path = chunkPath(alice.routeId, fileNo(1), 0);
    const text = await relay.raw(
      `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 405 [\s\S]*Allow: GET, PUT, DELETE/);
  });

  test.each([
    ["chunked", "Transfer-Encoding: chunked", "411"],
    ["of no declared length", "X: y", "411"],
    ["compressed", "Content-Encoding: gzip\r\nContent-Length: 1000", "415"],
    ["of a length in words", "Content-Length: many", "400"],
    ["of two lengths", "Content-Length: 5\r\nContent-Length: 6", "400"],
    ["of 10 GB", "Content-Length: 10000000000", "413"],
  ])("a body %s is not read: %s", async (_, header, status) => {
    const { relay, alice, held } = await roomOfTwo();
    const grant = authorizationOf(await alice.upload(fileNo(1), 1_000));
    const host = new URL(relay.origin).host;
    const path = chunkPath(alice.routeId, fileNo(1), 0);
    const text = await relay.raw(
      `PUT ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${grant}\r\n${header}\r\n\r\n`,
    );
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(held()?.heldBytes).toBe(0);
  });

  test("GET and DELETE with a body: 400", async () => {
    const { relay, alice } = await roomOfTwo();
    const host = new URL(relay.origin).host;
    for (const line of [
      `GET ${chunkPath(alice.routeId, fileNo(1), 0)}`,
      `DELETE ${filePath(alice.routeId, fileNo(1))}`,
    ]) {
      const text = await relay.raw(
        `${line} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 3\r\n\r\nabc`,
      );
      expect(text).toMatch(/^HTTP\/1\.1 400 /);
    }
  });

  test("who asks before it sends (Expect: 100-continue) is told to", async () => {
    const { relay, alice } = await roomOfTwo();
    const grant = authorizationOf(await alice.upload(fileNo(1), 1_000));
    const socket = await begin(relay, alice.routeId, fileNo(1), grant, "Expect: 100-continue\r\n");
    const [go] = (await once(socket, "data")) as [Buffer];
    expect(go.toString()).toContain("100 Continue");
    socket.write(Buffer.alloc(1_000));
    const [end] = (await once(socket, "data")) as [Buffer];
    expect(end.toString()).toContain("204 No Content");
    socket.destroy();
  });
});

/** Declares a chunk of 1,000 bytes on a connection of its own and sends none of it. */
async function begin(
  relay: MediaRelay,
  routeId: RouteId,
  file: FileId,
  grant: string,
  more = "",
): Promise<Socket> {
  const socket = connect(relay.port, "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  const host = new URL(relay.origin).host;
  socket.write(
    `PUT ${chunkPath(routeId, file, 0)} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${grant}\r\n${more}Content-Length: 1000\r\n\r\n`,
  );
  return socket;
}

describe("[item 56] quotas: refused before anything is sent, others unaffected", () => {
  const ask = (byte: number, totalBytes: number) =>
    ({ kind: "ask-upload", file: fileNo(byte), totalBytes }) as const;
  const limits = {
    mediaFileBytes: 300_000,
    mediaMemberBytes: 500_000,
    mediaMemberFiles: 5,
    mediaRoomBytes: 800_000,
    mediaBytes: 1_000_000,
  };

  test("a file too large, by content; the largest that may be", async () => {
    const { alice } = await roomOfTwo({ limits });
    // Two chunks: their tags don't count.
    expect(await alice.ask(ask(1, 300_033))).toMatchObject({ reason: "too-large" });
    expect(await alice.ask(ask(1, 300_032))).toMatchObject({ kind: "granted" });
  });

  test("a member's, a room's and the relay's", async () => {
    const { relay, alice, bob } = await roomOfTwo({ limits });
    expect(await alice.ask(ask(1, 300_000))).toMatchObject({ kind: "granted" });
    expect(await alice.ask(ask(2, 250_000))).toMatchObject({ reason: "member-quota" });
    expect(await bob.ask(ask(3, 300_000))).toMatchObject({ kind: "granted" });
    expect(await bob.ask(ask(4, 199_000))).toMatchObject({ kind: "granted" });
    expect(await alice.ask(ask(5, 100_000))).toMatchObject({ reason: "room-quota" });
    const carol = await enter(relay);
    expect(await carol.ask(ask(1, 250_000))).toMatchObject({ reason: "relay-quota" });
    expect(await carol.ask(ask(1, 190_000))).toMatchObject({ kind: "granted" });
    await alice.post();
    await carol.post();
  });

  test("1,000 files of one member: few stand, the rest is refused, nobody else notices", async () => {
    const { relay, alice, bob, held } = await roomOfTwo({ limits });
    const answers = [];
    for (let i = 0; i < 150; i++) answers.push(alice.ask(ask(i, 100)));
    const reasons = (await Promise.all(answers)).map((answer) =>
      answer.kind === "granted" ? "granted" : answer.reason,
    );
    const count = (reason: string) => reasons.filter((each) => each === reason).length;
    expect(count("granted")).toBe(5);
    expect(count("member-quota")).toBe(59);
    expect(count("rate")).toBe(86);
    expect(held()?.files).toBe(5);
    const upload = await bob.upload(fileNo(200), 1_000);
    expect(told(await put(relay, bob.routeId, chunk(200), upload))).toBe("204");
    await bob.post(fileNo(200));
  });

  test("what is not sent takes its space for the lease only", async () => {
    const { clock, alice, bob } = await roomOfTwo({ limits });
    await alice.upload(fileNo(1), 300_000);
    await bob.upload(fileNo(2), 300_000);
    expect(await bob.ask(ask(3, 250_000))).toMatchObject({ kind: "not-granted" });
    await clock.advance(120_000);
    expect(await bob.ask(ask(3, 250_000))).toMatchObject({ kind: "granted" });
  });

  test("a store that is full all the same: 507, and the room talks on", async () => {
    const full = (store: MediaStore): MediaStore => ({
      ...store,
      put: () => Promise.resolve("full"),
    });
    const { relay, alice } = await roomOfTwo({ wrap: full });
    const grant = await alice.upload(fileNo(1), 1_000);
    expect(told(await put(relay, alice.routeId, chunk(1), grant))).toBe("507 full");
    await alice.post();
  });

  test("requests of one session at once, and in a second, are bounded; another's are not held up", async () => {
    const { clock, relay, alice, bob } = await roomOfTwo({
      limits: { mediaRequestsPerSession: 3, mediaRequestsPerSecond: 10 },
    });
    const grant = authorizationOf(await alice.upload(fileNo(1), 1_000));
    const slow = await Promise.all(
      [1, 2, 3].map(() => begin(relay, alice.routeId, fileNo(1), grant)),
    );
    const reading = await alice.reading();
    const at = () => get(relay, alice.routeId, chunk(1), reading);
    await until("three are under way", async () => told(await at()) === "429 rate");
    expect((await at()).headers.get("retry-after")).toBe("1");
    const bobs = await bob.reading();
    expect(told(await get(relay, bob.routeId, chunk(1), bobs))).toBe("404 no-chunk");
    for (const socket of slow) socket.destroy();
    await until("their slots are free again", async () => told(await at()) === "404 no-chunk");
    const burst = await Promise.all(
      Array.from({ length: 60 }, () => get(relay, bob.routeId, chunk(1), bobs)),
    );
    expect(burst.filter(({ status }) => status === 429).length).toBeGreaterThan(20);
    await clock.advance(10_000);
    expect(told(await get(relay, bob.routeId, chunk(1), bobs))).toBe("404 no-chunk");
  });

  test("all requests of one address, and of the relay, are bounded", async () => {
    for (const bound of ["mediaRequestsPerAddress", "mediaRequests"] as const) {
      const { relay, alice, bob } = await roomOfTwo({ limits: { [bound]: 2 } });
      const grant = authorizationOf(await alice.upload(fileNo(1), 1_000));
      const slow = await Promise.all(
        [1, 2].map(() => begin(relay, alice.routeId, fileNo(1), grant)),
      );
      const reading = await bob.reading();
      const at = async () => told(await get(relay, bob.routeId, chunk(1), reading));
      await until("two are under way", async () => (await at()) === "429 rate");
      for (const socket of slow) socket.destroy();
      await until("it is free again", async () => (await at()) === "404 no-chunk");
    }
  });
});

describe("slow ones, and those in the middle of something", () => {
  const TIMES = { headersMs: 300, requestMs: 400, keepAliveMs: 300, idleMs: 5_000, lookMs: 50 };

  test("a chunk that drips is cut, nothing of it is held, its slot is free", async () => {
    const { relay, alice, held } = await roomOfTwo({
      httpTimes: TIMES,
      limits: { mediaRequestsPerSession: 1 },
    });
    const grant = await alice.upload(fileNo(1), 1_000);
    const socket = await begin(relay, alice.routeId, fileNo(1), authorizationOf(grant));
    const closed = once(socket, "close");
    const drip = setInterval(() => socket.write("x"), 20);
    let text = "";
    socket.on("data", (part) => (text += String(part)));
    await closed;
    clearInterval(drip);
    expect(text).toMatch(/^(HTTP\/1\.1 408 |$)/);
    expect(held()?.heldBytes).toBe(0);
    await until(
      "the slot is free",
      async () => told(await put(relay, alice.routeId, chunk(1), grant)) === "204",
    );
  });

  test("a reader that takes no byte of its chunk is cut, and its slot is free", async () => {
    const limits = { mediaRequestsPerSession: 64, mediaRequestsPerSecond: 1_000 };
    const clock = createHandClock();
    const relay = await startMediaRelay({ clock, redis: null, limits });
    stops.push(() => relay.stop());
    const alice = await enter(relay, null, { ...MEDIA_POLICY, graceMs: 600_000 });
    const grant = await alice.upload(fileNo(1), SEALED_CHUNK_BYTES);
    await put(relay, alice.routeId, chunk(1, noise(SEALED_CHUNK_BYTES)), grant);
    const reading = await alice.reading();
    const idle = clock.waiting();
    const socket = connect(relay.port, "127.0.0.1").pause();
    socket.on("error", () => undefined);
    await once(socket, "connect");
    const host = new URL(relay.origin).host;
    const head = `GET ${chunkPath(alice.routeId, fileNo(1), 0)} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${authorizationOf(reading)}\r\n\r\n`;
    const at = async () => told(await get(relay, alice.routeId, chunk(1), reading)).slice(0, 3);
    expect(await at()).toBe("200");
    await until("that answer is over", () => clock.waiting() === idle);
    // Together more than any system buffers.
    socket.write(head.repeat(64));
    let looks = 0;
    await until("an answer is stuck", () => {
      looks = clock.waiting() > idle ? looks + 1 : 0;
      return looks === 30;
    });
    const closed = once(socket, "close");
    await clock.advance(ANSWER_MS);
    socket.resume();
    await closed;
    expect(socket.bytesRead).toBeLessThan(64 * SEALED_CHUNK_BYTES);
    await until("the slots are free", async () => (await at()) === "200");
  });

  test("who goes away in the middle of a chunk leaves nothing of it", async () => {
    const { relay, alice, held } = await roomOfTwo();
    const grant = await alice.upload(fileNo(1), 1_000);
    const socket = await begin(relay, alice.routeId, fileNo(1), authorizationOf(grant));
    socket.write(Buffer.alloc(500));
    await until("half of it is written", () => socket.bytesWritten > 600);
    socket.destroy();
    expect(told(await get(relay, alice.routeId, chunk(1), await alice.reading()))).toBe(
      "404 no-chunk",
    );
    expect(held()).toMatchObject({ files: 1, heldBytes: 0 });
    expect(told(await put(relay, alice.routeId, chunk(1), grant))).toBe("204");
  });

  test("[M9] the room ends in the middle of a chunk: nothing of it is held", async () => {
    const { relay, alice, bob, held } = await roomOfTwo();
    const grant = await alice.upload(fileNo(1), 1_000);
    const socket = await begin(relay, alice.routeId, fileNo(1), authorizationOf(grant));
    socket.write(Buffer.alloc(500));
    const reading = await alice.reading();
    expect(told(await get(relay, alice.routeId, chunk(1), reading))).toBe("404 no-chunk");
    await alice.leave();
    await bob.leave();
    socket.write(Buffer.alloc(500));
    const [end] = (await once(socket, "data")) as [Buffer];
    expect(end.toString()).toMatch(/^HTTP\/1\.1 404 [\s\S]*no-room$/);
    expect(held()).toEqual({ files: 0, heldBytes: 0, reservedBytes: 0 });
    socket.destroy();
  });

  test("a line that breaks in the middle of an upload keeps its seat, so the upload goes on", async () => {
    const { relay, alice, held } = await roomOfTwo();
    const total = SEALED_CHUNK_BYTES + 1_000;
    const grant = await alice.upload(fileNo(1), total);
    await put(relay, alice.routeId, chunk(1, noise(SEALED_CHUNK_BYTES)), grant);
    alice.drop();
    await alice.closed;
    expect(told(await put(relay, alice.routeId, chunk(1, noise(1_000), 1), grant))).toBe("204");
    expect(held()?.heldBytes).toBe(total);
  });

  test("[M8] [M9] a store that fails for a while learns of the post, and of the end, when it is back", async () => {
    let isAway = false;
    const saidTo: string[] = [];
    const flaky = (store: MediaStore): MediaStore => ({
      ...store,
      announce: (...args) => {
        saidTo.push(isAway ? "lost" : "announce");
        return isAway ? Promise.reject(new Error("away")) : store.announce(...args);
      },
      purge: (...args) => {
        saidTo.push(isAway ? "lost" : "purge");
        return isAway ? Promise.reject(new Error("away")) : store.purge(...args);
      },
    });
    const { clock, relay, alice, bob, held } = await roomOfTwo({ wrap: flaky });
    await put(relay, alice.routeId, chunk(1), await alice.upload(fileNo(1), 1_000));
    isAway = true;
    await alice.post(fileNo(1));
    await clock.advance(5_000);
    isAway = false;
    await clock.advance(1_000);
    expect(saidTo.at(-1)).toBe("announce");
    await clock.advance(200_000);
    expect(held()?.files).toBe(1);
    isAway = true;
    await alice.leave();
    await bob.leave();
    expect(held()?.files).toBe(1);
    isAway = false;
    await clock.advance(1_000);
    expect(held()?.files).toBe(0);
    expect(saidTo.at(-1)).toBe("purge");
  });
});
