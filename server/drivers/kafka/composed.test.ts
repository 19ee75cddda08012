/** The Kafka and the Redis that docker-compose.regions.yml starts: rooms of two regions run on them. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ALICE, BOB, commit, leave, open, post, serve } from "../../ports/test-room.ts";
import { judge } from "../../room/judge.ts";
import { findUnfit } from "../redis/checks.ts";
import { startRedis, type TestRedis } from "../redis/test-redis.ts";
import { createSystemClock } from "../system-clock.ts";
import { createKafkaLog, type KafkaLog } from "./kafka-log.ts";
import { partitionNames } from "./keys.ts";
import { createKafkaLink } from "./kafkajs/link.ts";
import { createOrderTopic } from "./kafkajs/order-topic.ts";
import { createSignalTopic } from "./kafkajs/signal-topic.ts";
import { openTopics } from "./kafkajs/topics.ts";
import { parseRegionName } from "./partition-records.ts";
import { canStartKafka, startKafka, type TestKafka } from "./test-kafka.ts";

const PASSWORD = "correct-horse";
const TEXT = readFileSync(new URL("../../../docker-compose.regions.yml", import.meta.url), "utf8");
/** Where it is, which a test's own broker must choose itself. */
const PLACES = /listener|^log\.dirs$|^controller\.|^node\.id$|^process\.roles$/;

function composedRedis(): string[] {
  const block = / redis-server((?: .*\n)+?) {2}\w/.exec(TEXT)?.[1] ?? "";
  const words = block
    .trim()
    .split(/\s+/)
    .map((word) => word.replace(/^""$/, "").replace("${REDIS_PASSWORD}", PASSWORD));
  return words.toSpliced(words.indexOf("--dir"), 2);
}

function composedKafka(): { readonly [name: string]: string } {
  const block = /PROPERTIES: \|\n((?: {8}.*\n)+)/.exec(TEXT)?.[1] ?? "";
  const pairs = block
    .trim()
    .split("\n")
    .map((line) => line.trim().split("=", 2) as [string, string]);
  return Object.fromEntries(pairs.filter(([name]) => !PLACES.test(name)));
}

let kafka: TestKafka;
let servers: TestRedis[] = [];
const logs: KafkaLog[] = [];
beforeAll(async () => {
  const redis = (): Promise<TestRedis> => startRedis(...composedRedis());
  [kafka, ...servers] = await Promise.all([
    startKafka({ settings: composedKafka() }),
    redis(),
    redis(),
  ]);
}, 60_000);
afterAll(async () => {
  for (const log of logs) await log.close();
  await Promise.all([kafka.stop(), ...servers.map((server) => server.stop())]);
});

async function openLog(region: number): Promise<KafkaLog> {
  const clock = createSystemClock();
  const place = { brokers: kafka.addresses, tls: null, user: null };
  const link = createKafkaLink(place, { clock });
  // As the relays there are told: one broker, the usual retention.
  const wishes = { name: "mayfly", partitions: 2, retentionMs: 120_000 };
  const allowed = { allowsFewerReplicas: true, allowsLongerRetention: false };
  const { partitions, problems } = await openTopics(link, { ...wishes, ...allowed });
  expect(problems).toEqual([]);
  const name = parseRegionName(`region-${region}`);
  if (name === null) throw new Error("no name");
  const log = createKafkaLog({
    place: { kind: "server", url: `redis://relay:${PASSWORD}@127.0.0.1:${servers[region]?.port}` },
    topic: createOrderTopic({ link, name: wishes.name, partitions }),
    openSignals: (read) => createSignalTopic({ link, name: wishes.name, read }),
    region: name,
    clock,
    judge,
    askCopy: async (partition) => (await logs[0]?.copyOf(partition)) ?? null,
    report: () => undefined,
  });
  await log.link.connected();
  expect(await findUnfit(log.link, { allowsPersistence: false })).toEqual([]);
  await expect.poll(() => log.isReady(), { timeout: 20_000 }).toBe(true);
  return log;
}

test.skipIf(!canStartKafka)(
  "a room is founded, copied to a region that is added, talks, and ends in both",
  { timeout: 60_000 },
  async () => {
    const north = await openLog(0);
    logs.push(north);
    const here = await serve(north);
    await expect
      .poll(() => here.room.append([open()]).catch(() => []), { timeout: 20_000 })
      .toEqual([{ kind: "accepted", number: 1 }]);
    await here.room.append([commit(BOB, 1), post(ALICE, 1, 2)]);
    const south = await openLog(1);
    logs.push(south);
    let there: Awaited<ReturnType<typeof serve>> | null = null;
    const arrive = async (): Promise<boolean> => {
      there = await serve(south).catch(() => null);
      return there !== null;
    };
    await expect.poll(arrive, { timeout: 20_000 }).toBe(true);
    const room = (there as Awaited<ReturnType<typeof serve>> | null)?.room;
    if (room === undefined) throw new Error("no room there");
    expect((await room.since(0)).map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(await room.append([post(BOB, 1, 2)])).toEqual([{ kind: "accepted", number: 4 }]);
    await expect.poll(() => here.heard.length).toBe(4);
    // Both came to the region in the north, which has them leave.
    await here.room.append([leave(BOB, 2), leave(ALICE, 1)]);
    await expect.poll(() => here.endings()).toBe(1);
    await expect.poll(() => Promise.all(logs.map(roomsOf))).toEqual([[], []]);
  },
);

/** Rooms that a region's Redis knows of, by the relays' own log-in. */
async function roomsOf({ link }: KafkaLog): Promise<readonly unknown[]> {
  const sets = [0, 1].map((partition) => link.command("SMEMBERS", partitionNames(partition).rooms));
  return (await Promise.all(sets)).flat();
}
