/** The Redis that docker-compose.relays.yml starts: rooms run on it, and its user may nothing else. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fileIdOf } from "../../../shared/ids.ts";
import {
  ALICE,
  BOB,
  commit,
  leave,
  noteOf,
  open,
  post,
  ROUTE,
  serve,
} from "../../ports/test-room.ts";
import { judge } from "../../room/judge.ts";
import { createRedisMedia } from "../media/redis-media.ts";
import { createSystemClock } from "../system-clock.ts";
import { findUnfit } from "./checks.ts";
import { createRedisLog, type RedisLog } from "./redis-log.ts";
import { startRedis, type TestRedis } from "./test-redis.ts";

const PASSWORD = "correct-horse";

/** The arguments of `redis-server` there, but for what a test's own server must choose itself. */
function composedArguments(): string[] {
  const compose = new URL("../../../docker-compose.relays.yml", import.meta.url);
  const text = readFileSync(compose, "utf8");
  const block = / redis-server((?: .*\n)+?) {4}\w/.exec(text)?.[1] ?? "";
  const words = block
    .trim()
    .split(/\s+/)
    .map((word) => word.replace(/^""$/, "").replace("${REDIS_PASSWORD}", PASSWORD));
  return words.toSpliced(words.indexOf("--dir"), 2);
}

let redis: TestRedis;
const logs: RedisLog[] = [];
beforeEach(async () => {
  redis = await startRedis(...composedArguments());
});
afterEach(async () => {
  for (const log of logs.splice(0)) await log.close();
  await redis.stop();
});

const address = () => `redis://relay:${PASSWORD}@127.0.0.1:${redis.port}`;

async function openLog(): Promise<RedisLog> {
  const log = createRedisLog({
    place: { kind: "server", url: address() },
    clock: createSystemClock(),
    random: (length) => new Uint8Array(randomBytes(length)),
    judge,
  });
  logs.push(log);
  await log.link.connected();
  return log;
}

test("rooms found, talk, lease, note, renew, load and end there", async () => {
  const [one, two] = [await openLog(), await openLog()];
  expect(await findUnfit(one.link, { allowsPersistence: false })).toEqual([]);
  const here = await serve(one);
  await here.room.append([open(), commit(BOB, 1), post(ALICE, 1, 2)]);
  const there = await serve(two);
  expect(await there.room.append([post(BOB, 1, 2)])).toEqual([{ kind: "accepted", number: 4 }]);
  expect(await there.room.lease(1_500)).toBe(true);
  there.room.release();
  there.room.note(noteOf("hello"));
  await vi.waitFor(() => expect(here.notes).toEqual(["hello"]));
  expect((await here.room.since(0)).map(({ number }) => number)).toEqual([1, 2, 3, 4]);
  await there.room.append([leave(ALICE, 1), leave(BOB, 2)]);
  await vi.waitFor(() => expect([here.endings(), there.endings()]).toEqual([1, 1]));
});

test("files are reserved, sent, had, announced, deleted and purged there", async () => {
  const { room } = await serve(await openLog());
  await room.append([open(), commit(BOB, 1)]);
  const media = createRedisMedia({ place: { kind: "server", url: address() } });
  await media.link.connected();
  const secret = new Uint8Array(randomBytes(32));
  expect(await media.secret(secret)).toEqual(secret);
  const bounds = { memberBytes: 1e9, memberFiles: 9, roomBytes: 1e9, storeBytes: 1e9 };
  const ownOf = (byte: number) => ({
    routeId: ROUTE,
    session: ALICE,
    seat: `seat.${ALICE}.since`,
    file: fileIdOf(new Uint8Array(16).fill(byte)),
    totalBytes: 1_000,
  });
  const chunk = new Uint8Array(randomBytes(1_000));
  for (const byte of [1, 2]) {
    const own = ownOf(byte);
    expect(await media.reserve(own, bounds, 9_000)).toEqual({ kind: "reserved", heldChunks: 0 });
    expect(await media.put(own, 0, chunk, 9_000)).toBe("held");
    expect(await media.reserve(own, bounds, 9_000)).toEqual({ kind: "reserved", heldChunks: 1 });
    expect(await media.get(own, own.file, 0)).toEqual(chunk);
  }
  await media.announce(ROUTE, ALICE, [ownOf(1).file], 60_000);
  expect(await media.drop(ownOf(2), ownOf(2).file)).toBe(true);
  await room.append([leave(ALICE, 1), leave(BOB, 2)]);
  expect(await media.get(ownOf(1), ownOf(1).file, 0)).toBe("no-room");
  expect(await media.copyOf(ROUTE, ownOf(1).file, 0)).toBeNull();
  await media.purge(ROUTE);
  await media.close();
});

const client = (url: string) =>
  new Redis(url, { retryStrategy: null, maxRetriesPerRequest: 0, enableReadyCheck: false });

test.each([
  ["save"],
  ["bgsave"],
  ["bgrewriteaof"],
  ["debug", "sleep", "0"],
  ["monitor"],
  ["keys", "*"],
  ["scan", "0"],
  ["flushall"],
  ["shutdown", "nosave"],
  ["config", "set", "save", "60 1"],
  ["acl", "list"],
  ["replicaof", "no", "one"],
  ["module", "list"],
  ["script", "flush"],
  ["client", "list"],
  ["get", "another:key"],
  ["spublish", "another:channel", "x"],
])("the relay's user may not %s", async (command, ...rest) => {
  const relay = client(address());
  await expect(relay.call(command, ...rest)).rejects.toThrow(/NOPERM|DEBUG command not allowed/);
  relay.disconnect();
});

test("nobody comes in without that user's password", async () => {
  for (const access of ["", ":x@", "default:x@", "relay:x@"]) {
    const stranger = client(`redis://${access}127.0.0.1:${redis.port}`);
    stranger.on("error", () => undefined);
    await expect(stranger.call("GET", "mayfly:x")).rejects.toThrow(/NOAUTH|WRONGPASS|closed/);
    stranger.disconnect();
  }
});
