/** The ordering topic against a real broker: order, beginnings, and what a broker can do to who reads. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type Bytes, parseUtf8, utf8 } from "../../../../shared/bytes.ts";
import { createSystemClock } from "../../system-clock.ts";
import type { LoggedRecord, OrderTopic, PartitionReader } from "../order-topic.ts";
import { type TestKafka, startKafka } from "../test-kafka.ts";
import { createKafkaLink, type KafkaLink } from "./link.ts";
import { createOrderTopic } from "./order-topic.ts";
import { openTopics } from "./topics.ts";

const PARTITIONS = 4;
const clock = createSystemClock();
let kafka: TestKafka;
let topicsMade = 0;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  kafka = await startKafka();
});
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});
afterAll(() => kafka.stop());

function linkTo(brokers: readonly string[]): KafkaLink {
  return createKafkaLink({ brokers, tls: null, user: null }, { clock });
}

async function openTopic(name = `order-${++topicsMade}`): Promise<OrderTopic & { name: string }> {
  const link = linkTo(kafka.addresses);
  const { problems } = await openTopics(link, {
    name,
    partitions: PARTITIONS,
    retentionMs: 120_000,
    allowsFewerReplicas: true,
    allowsLongerRetention: true,
  });
  expect(problems).toEqual([]);
  const topic = createOrderTopic({ link, name, partitions: PARTITIONS });
  stops.push(() => topic.close());
  return { ...topic, name };
}

interface Reading extends PartitionReader {
  /** Texts in the order in which they came, one list for each beginning. */
  readonly runs: { readonly at: number; readonly texts: string[] }[];
  readonly all: LoggedRecord[];
}

/** Reads as the driver does: begins at the last record that it has, or at the next where it has none. */
function reading(): Reading {
  const all: LoggedRecord[] = [];
  const runs: { at: number; texts: string[] }[] = [];
  return {
    all,
    runs,
    beginAt: () => all.at(-1)?.offset ?? 0,
    async records(records, isBeginning) {
      if (isBeginning) runs.push({ at: records[0]?.offset ?? -1, texts: [] });
      runs.at(-1)?.texts.push(...records.map(textOf));
      all.push(...records);
    },
  };
}

const textOf = ({ bytes }: LoggedRecord): string => parseUtf8(bytes) ?? "";
const some = (from: number, count: number): Bytes[] =>
  Array.from({ length: count }, (_, i) => utf8(`${from + i}`));
const numbers = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${from + i}`);

test("records come in the order in which they were produced, from the beginning, with times", async () => {
  const topic = await openTopic();
  for (let i = 0; i < 1_000; i += 10) topic.produce(1, some(i, 10));
  topic.produce(2, [utf8("other")]);
  const alice = reading();
  const bob = reading();
  topic.follow(1, alice);
  topic.follow(2, bob);
  await vi.waitFor(() => expect(alice.all).toHaveLength(1_000), 10_000);
  expect(alice.runs).toEqual([{ at: 0, texts: numbers(0, 1_000) }]);
  expect(alice.all.map(({ offset }) => offset)).toEqual(numbers(0, 1_000).map(Number));
  await vi.waitFor(() => expect(bob.all.map(textOf)).toEqual(["other"]));
  for (const { appendedAtMs } of alice.all) {
    expect(Math.abs(appendedAtMs - Date.now())).toBeLessThan(60_000);
  }
  expect(await topic.marks(1)).toEqual({ low: 0, high: 1_000 });
  expect(await topic.marks(3)).toEqual({ low: 0, high: 0 });
  expect(topic.isReachable()).toBe(true);
});
