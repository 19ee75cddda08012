/** Logs of regions over one ordering topic, by a clock that a test turns by hand. */
import type { Bytes } from "../../../shared/bytes.ts";
import type { LogUnderTest } from "../../ports/log.contract.ts";
import { judge } from "../../room/judge.ts";
import type { HandClock } from "../../stories/hand-clock.ts";
import { letPass, type TestRedis } from "../redis/test-redis.ts";
import { partitionNames } from "./keys.ts";
import { createKafkaLog, type KafkaLog } from "./kafka-log.ts";
import type { OrderTopic, SignalReader, SignalTopic } from "./order-topic.ts";
import { parseRegionName } from "./partition-records.ts";

const STEP_MS = 1_000;
/** A look, what it leads to, and what that leads to. */
const ROUND_TRIPS = 4;

/** A relay that begins has its share of the partitions after about a second. */
const READY_STEP_MS = 200;
const READY_TRIES = 200;
const SHARE_STEPS = 10;
const APPLIED_MS = 2_000;

/** Keys that outlive rooms: how far a region is, who applies, a copy being installed. */
const OF_PARTITION = /:(place|place:install|owner|owner:rival)$/;

export interface TestTopics {
  readonly order: (region: string) => OrderTopic;
  readonly signals: (region: string, read: SignalReader) => SignalTopic;
}

export interface RegionsUnderTest extends LogUnderTest {
  readonly log: KafkaLog;
  /** Another relay, of that region. */
  readonly relayIn: (region: number) => Promise<KafkaLog>;
  readonly clock: HandClock;
  /** What any region's Redis holds of any room. */
  readonly roomKeys: () => Promise<readonly string[]>;
}

export interface RegionsParts {
  readonly clock: HandClock;
  readonly topics: TestTopics;
  /** One for each region. */
  readonly servers: readonly TestRedis[];
}

/** A fresh log in the first region, emptied stores, and more relays on demand. */
export async function createRegions(parts: RegionsParts): Promise<RegionsUnderTest> {
  const { clock, topics, servers } = parts;
  const logs: { readonly log: KafkaLog; readonly region: number }[] = [];
  const probe = topics.order("probe");
  for (const { client } of servers) await client.flushall();

  async function askCopy(from: number, partition: number): Promise<Bytes | null> {
    for (const { log, region } of logs) {
      const copy = region === from ? null : await log.copyOf(partition);
      if (copy !== null) return copy;
    }
    return null;
  }

  async function relayIn(index: number): Promise<KafkaLog> {
    const redis = servers[index];
    const region = parseRegionName(`region-${index}`);
    if (redis === undefined || region === null) throw new Error("no such region");
    const log = createKafkaLog({
      place: redis.place,
      topic: topics.order(region),
      openSignals: (read) => topics.signals(region, read),
      region,
      clock,
      judge,
      askCopy: (partition) => askCopy(index, partition),
      report: () => undefined,
    });
    logs.push({ log, region: index });
    await log.link.connected();
    for (let tries = 0; !log.isReady(); tries++) {
      if (tries > READY_TRIES) throw new Error("this region does not get the order");
      await clock.advance(READY_STEP_MS);
      await settle();
    }
    // Relays that share a region settle which of them applies which partition.
    for (let step = 0; step < SHARE_STEPS; step++) {
      await clock.advance(READY_STEP_MS);
      await settle();
    }
    return log;
  }

  /** What stands in the log is applied in every region that has it. */
  async function isApplied(): Promise<boolean> {
    for (let partition = 0; partition < probe.partitions; partition++) {
      const { high } = await probe.marks(partition);
      const { place } = partitionNames(partition);
      const applied = await Promise.all(servers.map(({ client }) => client.hget(place, "applied")));
      if (applied.some((offset) => offset !== null && Number(offset) < high - 1)) return false;
    }
    return true;
  }

  async function settle(): Promise<void> {
    // A broker's answers take real time, which the hand that turns the clock must leave it.
    const untilMs = performance.now() + APPLIED_MS;
    while (performance.now() < untilMs && !(await isApplied().catch(() => true))) {
      await clock.settle();
    }
    for (let trip = 0; trip < ROUND_TRIPS; trip++) {
      await Promise.all(logs.map(({ log }) => log.link.ping().catch(() => undefined)));
      await clock.settle();
    }
  }

  async function roomKeys(): Promise<readonly string[]> {
    const keys = await Promise.all(servers.map(({ client }) => client.keys("*")));
    return keys.flat().filter((key) => !OF_PARTITION.test(key));
  }

  return {
    log: await relayIn(0),
    clock,
    relayIn,
    another: () => relayIn(0),
    settle,
    async passes(ms) {
      for (let leftMs = ms; leftMs > 0; leftMs -= STEP_MS) {
        const stepMs = Math.min(STEP_MS, leftMs);
        for (const server of servers) await letPass(server, stepMs);
        await clock.advance(stepMs);
        await settle();
      }
    },
    roomKeys,
    isEmpty: async () => (await roomKeys()).length === 0,
    async close() {
      await Promise.all([probe.close(), ...logs.map(({ log }) => log.close())]);
    },
  };
}
