/** The signals' topic over kafkajs: one group for each relay, from now on, nothing tried twice, nothing told late. */
import type { EachBatchPayload } from "kafkajs";
import type { SignalReader, SignalTopic } from "../order-topic.ts";
import { startConsuming } from "./consuming.ts";
import type { KafkaLink } from "./link.ts";
import { createProducing } from "./producing.ts";
import { createAger, createStamper } from "./signal-age.ts";
import { signalsOf } from "./topic-settings.ts";

export interface SignalTopicParts {
  readonly link: KafkaLink;
  /** Of the ordering topic. */
  readonly name: string;
  /** Told of every signal, those of this process included. */
  readonly read: SignalReader;
}

const LATE_MS = 2_000;
/** A signal that could not be sent in that time is of no use any more. */
const TRY_FOR_MS = 500;
/** Nothing is paused here, and data ends the waiting. */
const MAX_WAIT_MS = 500;

/** Connects in the background, and again for good. */
export function createSignalTopic({ link, name, read }: SignalTopicParts): SignalTopic {
  const topic = signalsOf(name);
  const stamp = createStamper(link.clock);
  const age = createAger(link.clock);
  const producing = createProducing({ link, topic, acks: 1, tryForMs: TRY_FOR_MS });
  const consuming = startConsuming({
    link,
    topic,
    fromBeginning: false,
    maxWaitMs: MAX_WAIT_MS,
    batch,
  });

  function batch(payload: EachBatchPayload): void {
    const { partition, messages } = payload.batch;
    for (const { value, offset } of messages) {
      const stamped = age(new Uint8Array(value ?? []));
      if (stamped !== null && stamped.ageMs <= LATE_MS) read(partition, stamped.bytes);
      payload.resolveOffset(offset);
    }
  }

  return {
    send: (partition, bytes) => producing.produce(partition, [stamp(bytes)]),
    async close() {
      await Promise.all([consuming.close(), producing.close()]);
    },
  };
}
