/** Asks the brokers what each partition's log holds. */
import type { Admin } from "kafkajs";
import type { Marks } from "../order-topic.ts";
import { type KafkaClient, type KafkaLink, within } from "./link.ts";

export interface MarksReader {
  /** As of a moment after the call; all asked in one turn go in one request. @throws where no broker answers. */
  marks(partition: number): Promise<Marks>;
  close(): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 2_000;
const ANSWER_MS = 4_000;
const CLOSE_MS = 1_000;

interface Opened {
  readonly client: KafkaClient;
  readonly admin: Admin;
}

/** Connects when first asked. */
export function createMarksReader(link: KafkaLink, topic: string): MarksReader {
  const { clock } = link;
  let opened: Promise<Opened> | null = null;
  let asking: Promise<ReadonlyMap<number, Marks>> | null = null;

  async function open(): Promise<Opened> {
    const client = link.client({ requestTimeoutMs: REQUEST_TIMEOUT_MS, retries: 1 });
    const admin = client.kafka.admin();
    try {
      await within(clock, ANSWER_MS, admin.connect());
    } catch (fault) {
      client.breakConnections();
      throw fault;
    }
    return { client, admin };
  }

  async function ask(): Promise<ReadonlyMap<number, Marks>> {
    // What is asked for meanwhile waits for the next answer: this one may be older than the question.
    await new Promise<void>((resolve) => clock.soon(resolve));
    asking = null;
    opened ??= open();
    const own = opened;
    try {
      const { admin } = await own;
      const offsets = await within(clock, ANSWER_MS, admin.fetchTopicOffsets(topic));
      return new Map(
        offsets.map(({ partition, low, high }) => [
          partition,
          { low: Number(low), high: Number(high) },
        ]),
      );
    } catch (fault) {
      if (opened === own) opened = null;
      void end(own);
      throw fault;
    }
  }

  async function end(old: Promise<Opened>): Promise<void> {
    try {
      const { client, admin } = await old;
      await within(clock, CLOSE_MS, admin.disconnect()).catch(() => undefined);
      client.breakConnections();
    } catch {
      // It never was open.
    }
  }

  return {
    async marks(partition) {
      asking ??= ask();
      const found = (await asking).get(partition);
      if (found === undefined) throw new Error(`the topic has no partition ${partition}`);
      return found;
    },
    async close() {
      const old = opened;
      opened = null;
      if (old !== null) await end(old);
    },
  };
}
