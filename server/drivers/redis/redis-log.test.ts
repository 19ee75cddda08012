/** The contract of every log, over one real Redis and over a cluster of three. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe } from "vitest";
import type { Bytes } from "../../../shared/bytes.ts";
import { describeLogContract, type LogUnderTest } from "../../ports/log.contract.ts";
import { judge } from "../../room/judge.ts";
import { createHandClock } from "../../stories/hand-clock.ts";
import { createRedisLog, type RedisLog } from "./redis-log.ts";
import type { RedisPlace } from "./servers.ts";
import { letPass, startCluster, startRedis, type TestRedis } from "./test-redis.ts";

const TRAITS = { slackMs: 10_000, hasManyRelays: true };
const STEP_MS = 2_000;
/** A look, what it leads to, and what that leads to. */
const ROUND_TRIPS = 3;
const random = (length: number): Bytes => new Uint8Array(randomBytes(length));

interface Store {
  readonly place: RedisPlace;
  readonly nodes: readonly TestRedis[];
}

/** Logs that live by one hand-turned clock; keys expire as it is turned. */
async function createUnder({ place, nodes }: Store): Promise<LogUnderTest> {
  const clock = createHandClock();
  const logs: RedisLog[] = [];
  for (const { client } of nodes) await client.flushall();

  async function openLog(): Promise<RedisLog> {
    const log = createRedisLog({ place, clock, random, judge });
    logs.push(log);
    await log.link.connected();
    await log.link.ping();
    await clock.settle();
    return log;
  }

  async function settle(): Promise<void> {
    for (let trip = 0; trip < ROUND_TRIPS; trip++) {
      await Promise.all(logs.map(({ link }) => link.ping().catch(() => undefined)));
      await clock.settle();
    }
  }

  return {
    log: await openLog(),
    another: openLog,
    settle,
    async passes(ms) {
      for (let leftMs = ms; leftMs > 0; leftMs -= STEP_MS) {
        const stepMs = Math.min(STEP_MS, leftMs);
        for (const node of nodes) await letPass(node, stepMs);
        await clock.advance(stepMs);
        await settle();
      }
    },
    async isEmpty() {
      const counts = await Promise.all(nodes.map(({ client }) => client.dbsize()));
      return counts.every((count) => count === 0);
    },
    async close() {
      for (const log of logs) await log.close();
    },
  };
}

describe("one server", () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  describeLogContract("redis", TRAITS, () => createUnder({ place: redis.place, nodes: [redis] }));
});

describe("a cluster of three", () => {
  let cluster: Awaited<ReturnType<typeof startCluster>>;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.stop());
  describeLogContract("redis cluster", TRAITS, () => createUnder(cluster));
});
