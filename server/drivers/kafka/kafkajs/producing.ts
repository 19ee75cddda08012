/**
 * A plain producer: everything of one turn of the event loop in one request, tried for a bounded time. It
 * tells nobody what became of a record, since the library's answers cannot be believed (DESIGN §2).
 */
import type { Producer } from "kafkajs";
import type { Bytes } from "../../../../shared/bytes.ts";
import { type KafkaClient, type KafkaLink, within } from "./link.ts";

export interface ProducingParts {
  readonly link: KafkaLink;
  readonly topic: string;
  /** -1: all replicas that are in sync; 1: the leader. */
  readonly acks: -1 | 1;
  /** So long after `produce` no request is begun any more; one lasts 2.5 s at most. */
  readonly tryForMs: number;
}

export interface Producing {
  produce(partition: number, records: readonly Bytes[]): void;
  close(): Promise<void>;
}

/** One request without an answer for so long has failed. */
const REQUEST_TIMEOUT_MS = 2_000;
/** The same with what the library does around it, such as connecting. */
const ATTEMPT_MS = 2_500;
const PAUSE_MS = 100;
const CLOSE_MS = 1_000;
/** Requests under way at once: more would only wait in the broker, which takes one at a time. */
const UNDER_WAY = 4;
/** Most of one request for one partition, below the topic's max.message.bytes, and of one altogether. */
const PARTITION_BYTES = 512 * 1024;
const REQUEST_BYTES = 4 * 1024 * 1024;
const REQUEST_RECORDS = 1_000;
/** Of records that wait for a broker; what comes on top goes nowhere, as it might in any outage. */
const WAITING_BYTES = 32 * 1024 * 1024;

interface Connected {
  readonly client: KafkaClient;
  readonly producer: Producer;
}

interface Waiting {
  readonly partition: number;
  readonly bytes: Bytes;
  readonly sinceMs: number;
}

/** Connects when there is something to produce. */
export function createProducing({ link, topic, acks, tryForMs }: ProducingParts): Producing {
  const { clock } = link;
  let waiting: Waiting[] = [];
  let waitingBytes = 0;
  let underWay = 0;
  let isTurnAwaited = false;
  let isClosed = false;
  let connected: Promise<Connected> | null = null;

  async function open(): Promise<Connected> {
    const client = link.client({ requestTimeoutMs: REQUEST_TIMEOUT_MS, retries: 0 });
    const producer = client.kafka.producer({
      allowAutoTopicCreation: false,
      idempotent: false,
      createPartitioner: () => (args) => args.message.partition ?? 0,
    });
    try {
      await within(clock, ATTEMPT_MS, producer.connect());
    } catch (fault) {
      client.breakConnections();
      throw fault;
    }
    return { client, producer };
  }

  /** The library may not find back from what went wrong: the next try is with a new client. */
  async function drop(old: Promise<Connected>): Promise<void> {
    if (connected === old) connected = null;
    try {
      const { client, producer } = await old;
      await within(clock, CLOSE_MS, producer.disconnect()).catch(() => undefined);
      client.breakConnections();
    } catch {
      // It never was connected.
    }
  }

  function flush(): void {
    isTurnAwaited = false;
    while (underWay < UNDER_WAY && waiting.length > 0) {
      const request = takeRequest();
      if (request.length === 0) return;
      underWay++;
      void send(request).finally(() => {
        underWay--;
        if (waiting.length > 0) flush();
      });
    }
  }

  /** The oldest that fit into one request, in order. */
  function takeRequest(): readonly Waiting[] {
    const taken: Waiting[] = [];
    const perPartition = new Map<number, number>();
    let bytes = 0;
    for (const each of waiting) {
      const ofPartition = (perPartition.get(each.partition) ?? 0) + each.bytes.length;
      bytes += each.bytes.length;
      const isFull = ofPartition > PARTITION_BYTES || bytes > REQUEST_BYTES;
      if (taken.length === REQUEST_RECORDS || (isFull && taken.length > 0)) break;
      perPartition.set(each.partition, ofPartition);
      taken.push(each);
    }
    waiting = waiting.slice(taken.length);
    for (const each of taken) waitingBytes -= each.bytes.length;
    return taken;
  }

  async function send(request: readonly Waiting[]): Promise<void> {
    const sinceMs = request[0]?.sinceMs ?? 0;
    const messages = request.map(({ partition, bytes }) => ({
      partition,
      value: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
    }));
    const isInTime = (): boolean => clock.now() - sinceMs < tryForMs && !isClosed;
    while (isInTime()) {
      connected ??= open();
      const own = connected;
      try {
        const { producer } = await own;
        const topicMessages = [{ topic, messages }];
        const sent = producer.sendBatch({ acks, timeout: REQUEST_TIMEOUT_MS, topicMessages });
        await within(clock, ATTEMPT_MS, sent);
        return;
      } catch (fault) {
        link.report("produce-failed", fault);
        void drop(own);
        await new Promise<void>((resolve) => void clock.after(PAUSE_MS, resolve));
      }
    }
  }

  return {
    produce(partition, records) {
      if (isClosed) return;
      const sinceMs = clock.now();
      for (const bytes of records) {
        if (waitingBytes + bytes.length > WAITING_BYTES) {
          link.report("produce-overflowed", null);
          return;
        }
        waiting.push({ partition, bytes, sinceMs });
        waitingBytes += bytes.length;
      }
      if (isTurnAwaited) return;
      isTurnAwaited = true;
      clock.soon(flush);
    },
    async close() {
      isClosed = true;
      waiting = [];
      if (connected !== null) await drop(connected);
    },
  };
}
