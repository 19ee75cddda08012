/** A consumer that crashes, against a real broker: it goes on by itself, from where it is told. */
import { KafkaJSNonRetriableError } from "kafkajs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { utf8 } from "../../../../shared/bytes.ts";
import { createSystemClock } from "../../system-clock.ts";
import { type TestKafka, startKafka } from "../test-kafka.ts";
import { startConsuming } from "./consuming.ts";
import { createKafkaLink } from "./link.ts";
import { createOrderTopic } from "./order-topic.ts";
import { openTopics } from "./topics.ts";

let kafka: TestKafka;
beforeAll(async () => {
  kafka = await startKafka();
});
afterAll(() => kafka.stop());

test("[DESIGN 2, kafka] after a crash it joins anew, is sought again, and reads on; what was paused is asked for again", async () => {
  const clock = createSystemClock();
  const link = createKafkaLink({ brokers: kafka.addresses, tls: null, user: null }, { clock });
  const name = "crashing";
  const wishes = { name, partitions: 2, retentionMs: 120_000 };
  const allowed = { allowsFewerReplicas: true, allowsLongerRetention: true };
  expect((await openTopics(link, { ...wishes, ...allowed })).problems).toEqual([]);
  const topic = createOrderTopic({ link, name, partitions: 2 });
  topic.produce(0, [utf8("not looked at")]);
  topic.produce(1, ["a", "b", "c"].map(utf8));

  const read: string[] = [];
  let joins = 0;
  let hasCrashed = false;
  const consuming = startConsuming({
    link,
    topic: name,
    fromBeginning: true,
    maxWaitMs: 50,
    joined() {
      joins += 1;
      // The full list each time, and the place: a new consumer knows neither.
      consuming.fetchOnly(new Set([1]), 2);
      consuming.seek(1, read.length);
    },
    batch({ batch, resolveOffset }) {
      for (const { offset, value } of batch.messages) {
        if (read.length === 2 && !hasCrashed) {
          hasCrashed = true;
          throw new KafkaJSNonRetriableError("the reader fell over");
        }
        if (batch.partition === 1) read.push(value?.toString() ?? "");
        resolveOffset(offset);
      }
    },
  });
  await vi.waitFor(() => expect(read).toEqual(["a", "b", "c"]), 30_000);
  expect(hasCrashed).toBe(true);
  expect(joins).toBe(2);
  topic.produce(1, [utf8("d")]);
  await vi.waitFor(() => expect(read.at(-1)).toBe("d"), 10_000);
  await vi.waitFor(() => expect(consuming.isReachable()).toBe(true), 10_000);
  expect(read).not.toContain("not looked at");
  await consuming.close();
  await topic.close();
});
