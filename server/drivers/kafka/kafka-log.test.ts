/** The contract of every log, where a log in memory orders and a real Redis holds. */
import { afterAll, beforeAll, describe } from "vitest";
import { describeLogContract } from "../../ports/log.contract.ts";
import { createHandClock } from "../../stories/hand-clock.ts";
import { startRedis, type TestRedis } from "../redis/test-redis.ts";
import { createRegions } from "./kafka-log.contract.ts";
import { createTestLog } from "./test-topic.ts";

const TRAITS = { slackMs: 10_000, hasManyRelays: true };

describe("a log in memory and one Redis", () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  describeLogContract("kafka", TRAITS, () => {
    const clock = createHandClock(Date.now());
    const log = createTestLog(clock, 2);
    const topics = {
      order: (region: string) => log.connect(region),
      signals: () => ({ send: () => undefined, close: () => Promise.resolve() }),
    };
    return createRegions({ clock, topics, servers: [redis] });
  });
});
