/** The contract of every log, over a real broker and a real Redis for each region. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeLogContract } from "../../ports/log.contract.ts";
import { ALICE, BOB, commit, leave, open, post, serve } from "../../ports/test-room.ts";
import { createHandClock } from "../../stories/hand-clock.ts";
import { startRedis, type TestRedis } from "../redis/test-redis.ts";
import { createSystemClock } from "../system-clock.ts";
import { createRegions, type RegionsUnderTest } from "./kafka-log.contract.ts";
import { createKafkaLink } from "./kafkajs/link.ts";
import { createOrderTopic } from "./kafkajs/order-topic.ts";
import { createSignalTopic } from "./kafkajs/signal-topic.ts";
import { openTopics } from "./kafkajs/topics.ts";
import type { OrderTopic } from "./order-topic.ts";
import { startKafka, type TestKafka } from "./test-kafka.ts";

const TRAITS = { slackMs: 10_000, hasManyRelays: true };
let servers: TestRedis[] = [];
let kafka: TestKafka;
let made = 0;

beforeAll(async () => {
  [kafka, ...servers] = await Promise.all([startKafka(), startRedis(), startRedis()]);
});
afterAll(() => Promise.all([kafka.stop(), ...servers.map((server) => server.stop())]));

/** A fresh topic; what the hand turns the clock by is added to the broker's times. */
async function createUnder(): Promise<RegionsUnderTest> {
  const clock = createHandClock(Date.now());
  const link = createKafkaLink(
    { brokers: kafka.addresses, tls: null, user: null },
    { clock: createSystemClock() },
  );
  const name = `contract-${process.pid}-${++made}`;
  const wishes = { name, partitions: 1, retentionMs: 120_000 };
  const allowed = { allowsFewerReplicas: true, allowsLongerRetention: true };
  const { partitions, problems } = await openTopics(link, { ...wishes, ...allowed });
  expect(problems).toEqual([]);
  const topics = {
    order: () => turned(createOrderTopic({ link, name, partitions }), () => clock.now()),
    signals: (_: string, read: Parameters<typeof createSignalTopic>[0]["read"]) =>
      createSignalTopic({ link, name, read }),
  };
  return createRegions({ clock, topics, servers });
}

function turned(topic: OrderTopic, byMs: () => number): OrderTopic {
  return {
    ...topic,
    follow: (partition, reader) =>
      topic.follow(partition, {
        beginAt: () => reader.beginAt(),
        records: (records, isBeginning) =>
          reader.records(
            records.map((record) => ({ ...record, appendedAtMs: record.appendedAtMs + byMs() })),
            isBeginning,
          ),
      }),
  };
}

describeLogContract("kafka, a real broker", TRAITS, createUnder);

describe("two regions over a real broker", () => {
  test("[O2] both hear the same records with the same numbers, whoever proposes", async () => {
    const under = await createUnder();
    const there = await serve(await under.relayIn(1));
    const here = await serve(under.log);
    await here.room.append([open()]);
    await expect.poll(() => there.heard.length).toBe(1);
    await there.room.append([commit(BOB, 1)]);
    const posts = Array.from({ length: 10 }, (_, i) =>
      Promise.all([
        here.room.append([post(ALICE, i + 1)]),
        there.room.append([post(BOB, i + 1, 2)]),
      ]),
    );
    await Promise.all(posts);
    await expect.poll(() => [here.heard.length, there.heard.length]).toEqual([22, 22]);
    expect(there.heard).toEqual(here.heard);
    await there.room.append([leave(BOB, 2)]);
    await here.room.append([leave(ALICE, 1)]);
    await expect.poll(() => [here.endings(), there.endings()]).toEqual([1, 1]);
    expect(await under.roomKeys()).toEqual([]);
    await under.close();
  });

  test("[C1] of commits proposed in two regions at once one wins, in both", async () => {
    const under = await createUnder();
    const there = await serve(await under.relayIn(1));
    const here = await serve(under.log);
    await here.room.append([open()]);
    const results = await Promise.all([
      here.room.append([commit(ALICE, 1)]),
      there.room.append([commit(BOB, 1)]),
    ]);
    expect(
      results
        .flat()
        .map(({ kind }) => kind)
        .toSorted(),
    ).toEqual(["accepted", "refused"]);
    await expect.poll(() => [here.heard.length, there.heard.length]).toEqual([2, 2]);
    expect(there.heard).toEqual(here.heard);
    await under.close();
  });

  test("a note reaches the relays of the other region, and never comes back", async () => {
    const under = await createUnder();
    const there = await serve(await under.relayIn(1));
    const here = await serve(under.log);
    await here.room.append([open()]);
    await expect
      .poll(() => {
        here.room.note(Uint8Array.of(0x68, 0x69));
        return there.notes;
      })
      .toContain("hi");
    expect(here.notes).toEqual([]);
    await under.close();
  });
});
