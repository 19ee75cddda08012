/** A broker that lost everything: the topics come back by themselves, and the order goes on in a log that begins at 0. */
import { expect, test } from "vitest";
import { createSystemClock } from "../../system-clock.ts";
import { canStartKafka, startKafka } from "../test-kafka.ts";
import { keepTopics } from "./keep-topics.ts";
import { createKafkaLink } from "./link.ts";
import { createOrderTopic } from "./order-topic.ts";
import { openTopics } from "./topics.ts";

const WISHES = {
  name: "kept",
  partitions: 2,
  retentionMs: 60_000,
  allowsFewerReplicas: true,
  allowsLongerRetention: true,
};

test.skipIf(!canStartKafka)(
  "a broker that comes back empty has the topics again, and is read from its beginning",
  { timeout: 90_000 },
  async () => {
    const kafka = await startKafka();
    const place = { brokers: kafka.addresses, tls: null, user: null };
    const link = createKafkaLink(place, { clock: createSystemClock() });
    const { partitions } = await openTopics(link, WISHES);
    const topic = createOrderTopic({ link, name: WISHES.name, partitions });
    const problems: (readonly string[])[] = [];
    const stop = keepTopics({ link, wishes: WISHES, topic, found: (all) => problems.push(all) });
    const read: [offset: number, first: number | undefined][] = [];
    topic.follow(1, {
      beginAt: () => 0,
      records: async (records) => {
        for (const { offset, bytes } of records) read.push([offset, bytes[0]]);
      },
    });
    topic.produce(1, [Uint8Array.of(1), Uint8Array.of(2)]);
    await expect.poll(() => read, { timeout: 20_000 }).toContainEqual([1, 2]);
    await kafka.wipe();
    await expect
      .poll(
        () => {
          topic.produce(1, [Uint8Array.of(3)]);
          return read;
        },
        { timeout: 60_000, interval: 500 },
      )
      .toContainEqual([0, 3]);
    expect((await topic.marks(0)).high).toBe(0);
    expect(problems).toEqual([]);
    stop();
    await topic.close();
    await kafka.stop();
  },
);
