/** The contract of every log, over one real Redis and over a cluster of three. */
import { afterAll, beforeAll, describe } from "vitest";
import { describeLogContract } from "../../ports/log.contract.ts";
import { createUnder } from "./redis-log.contract.ts";
import { startCluster, startRedis, type TestRedis } from "./test-redis.ts";

const TRAITS = { slackMs: 10_000, hasManyRelays: true };
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
