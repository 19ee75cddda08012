/** A relay starts only on a Redis that is fit, and says so when that changes. */
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { createHandClock } from "../../stories/hand-clock.ts";
import { findUnfit, watchFitness } from "./checks.ts";
import { createRedisLink, type RedisLink } from "./link.ts";
import { startRedis, type TestRedis } from "./test-redis.ts";

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function linkTo(url: string): Promise<RedisLink> {
  const events = { item: () => undefined, back: () => undefined };
  const link = createRedisLink({ kind: "server", url }, events);
  stops.push(() => link.close());
  await link.connected();
  return link;
}

async function start(...args: string[]): Promise<{ redis: TestRedis; link: RedisLink }> {
  const redis = await startRedis(...args);
  stops.push(() => redis.stop());
  return { redis, link: await linkTo(`redis://127.0.0.1:${redis.port}`) };
}

const STRICT = { allowsPersistence: false };

test("a Redis that keeps nothing on a disk and evicts nothing is fit", async () => {
  const { link } = await start();
  expect(await findUnfit(link, STRICT)).toEqual([]);
  const limited = await start("--maxmemory", "100mb", "--maxmemory-policy", "noeviction");
  expect(await findUnfit(limited.link, STRICT)).toEqual([]);
});

test.each([
  [["--save", "60 1"], /save is not empty.*REDIS_ALLOW_PERSISTENCE=yes/],
  [["--appendonly", "yes"], /appendonly is on.*REDIS_ALLOW_PERSISTENCE=yes/],
])("%j is refused with the setting and the override, and allowed by name", async (args, text) => {
  const { link } = await start(...args);
  expect(await findUnfit(link, STRICT)).toEqual([expect.stringMatching(text)]);
  expect(await findUnfit(link, { allowsPersistence: true })).toEqual([]);
});

test.each(["allkeys-lru", "volatile-ttl", "allkeys-random"])(
  "with a limit and %s it could evict rooms: refused, whatever the override",
  async (policy) => {
    const { link } = await start("--maxmemory", "100mb", "--maxmemory-policy", policy);
    expect(await findUnfit(link, { allowsPersistence: true })).toEqual([
      `Redis may evict rooms that stand: maxmemory-policy is ${policy}; needed: noeviction`,
    ]);
  },
);

test("a user who may not look is told which right is missing", async () => {
  const { redis, link } = await start();
  await redis.client.call("ACL", "SETUSER", "blind", "on", ">word", "~*", "&*", "+@all", "-config");
  const blind = await linkTo(`redis://blind:word@127.0.0.1:${redis.port}`);
  expect(await findUnfit(blind, STRICT)).toEqual([expect.stringContaining("CONFIG GET")]);
  expect(await findUnfit(blind, { allowsPersistence: true })).toEqual([]);
  expect(await findUnfit(link, STRICT)).toEqual([]);
});

test("a Redis that is too old is refused, with its version", async () => {
  const link = await linkTo(await startOld());
  expect(await findUnfit(link, { allowsPersistence: true })).toEqual([
    "Redis is of version 6.2.14; needed: 7 or newer",
  ]);
});

test("nobody there, or a wrong password: connecting says why, and no secret", async () => {
  const redis = await startRedis("--requirepass", "open-sesame");
  stops.push(() => redis.stop());
  const at = `127.0.0.1:${redis.port}`;
  const urls = [`redis://:hunter2@${at}`, `redis://${at}`, "redis://127.0.0.1:1"];
  const faults = await Promise.all(urls.map((url) => linkTo(url).then(() => "connected", String)));
  expect(faults).toEqual([
    expect.stringContaining("WRONGPASS"),
    expect.stringContaining("NOAUTH"),
    expect.stringContaining("ECONNREFUSED"),
  ]);
  expect(faults.join()).not.toContain("hunter2");
});

test("a setting that is changed while the relay runs: unready, and told each minute until it is undone", async () => {
  const { redis, link } = await start();
  const clock = createHandClock();
  const found: (readonly string[])[] = [];
  const watch = watchFitness({ link, clock, ...STRICT, found: (problems) => found.push(problems) });
  stops.push(() => watch.stop());
  const minute = async (looks: number): Promise<void> => {
    await vi.waitFor(() => expect(clock.waiting()).toBe(1));
    await clock.advance(60_000);
    await vi.waitFor(() => expect(clock.waiting()).toBe(1));
    expect(found).toHaveLength(looks);
  };
  await minute(0);
  expect(watch.isFit()).toBe(true);
  await redis.client.config("SET", "save", "60 1");
  await minute(1);
  expect(watch.isFit()).toBe(false);
  await minute(2);
  await redis.client.config("SET", "save", "");
  await minute(3);
  expect(watch.isFit()).toBe(true);
  expect(found.map((problems) => problems.length)).toEqual([1, 1, 0]);
  await minute(3);
});

/** Says what a Redis of version 6 says to who connects, and its address. */
async function startOld(): Promise<string> {
  const info = "# Server\r\nredis_version:6.2.14\r\nrun_id:" + "a".repeat(40) + "\r\n";
  const facts = `${info}loading:0\r\naof_enabled:0\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\n`;
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      for (const [, word] of String(bytes).matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
        const isInfo = word?.toLowerCase() === "info";
        socket.write(
          isInfo ? `$${facts.length}\r\n${facts}\r\n` : `-ERR unknown command ${word}\r\n`,
        );
      }
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  stops.push(() => server.close());
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
