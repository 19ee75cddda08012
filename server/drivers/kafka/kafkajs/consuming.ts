/**
 * A consumer that goes on whatever happens to it. Each attempt has a group of its own with a random name: the
 * library knows no reading without a group, and a name used again would wait for the ghost of the one before.
 * No offset is ever committed, so the broker drops the group by itself.
 */
import { randomBytes } from "node:crypto";
import type { Consumer, EachBatchPayload } from "kafkajs";
import type { Stop } from "../../../../shared/clock.ts";
import { type KafkaClient, type KafkaLink, within } from "./link.ts";

export interface ConsumingParts {
  readonly link: KafkaLink;
  readonly topic: string;
  /** Where a partition is read from that nobody seeks in. */
  readonly fromBeginning: boolean;
  /** A fetch waits so long for data; also what a partition may wait that was paused until now. */
  readonly maxWaitMs: number;
  /** A connection begins, the library's silent ones included: what it brings may be of another log. */
  connecting?(): void;
  /** Reading begins (again); nothing of before counts: pauses are forgotten, seeks are needed. */
  joined?(): void;
  /** In log order for each partition. Given again where it throws, until the library gives up and this attempt ends. */
  batch(payload: EachBatchPayload): void;
}

export interface Consuming {
  /** What is fetched next of a partition is from here on; of no effect while there is no reading. */
  seek(partition: number, offset: number): void;
  /** Fetches these partitions and no others; of no effect while there is no reading. */
  fetchOnly(partitions: ReadonlySet<number>, all: number): void;
  /** Joined, and heard from within the last 4 s. */
  isReachable(): boolean;
  close(): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 5_000;
/** Asked for at least so often, so that silence of the broker is noticed also where nothing is read. */
const HEARTBEAT_MS = 1_500;
const SESSION_TIMEOUT_MS = 30_000;
/** The library waits so long for members of our group, which has one; and Kafka for newcomers, 3 s by default. */
const REBALANCE_TIMEOUT_MS = 10_000;
const REACHABLE_MS = 4_000;
const LOOK_MS = 500;
/** An attempt is given up after so many looks in a row without a word from a broker: looks, since our own sleep is no silence. */
const STALLED_LOOKS = 13;
const STALLED_JOINING_LOOKS = 40;
const PAUSE_MS = 250;
const CLOSE_MS = 1_000;
const RETRIES = 20;
/** Most of one fetch, and of one partition in it. */
const FETCH_BYTES = 8 * 1024 * 1024;
const FETCH_PARTITION_BYTES = 1024 * 1024;

/** Begins at once; never rejects. */
export function startConsuming(parts: ConsumingParts): Consuming {
  const { link, topic, fromBeginning, maxWaitMs } = parts;
  const { clock } = link;
  let consumer: Consumer | null = null;
  let client: KafkaClient | null = null;
  let isJoined = false;
  let isClosed = false;
  let giveUp: () => void = () => undefined;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => void clock.after(ms, resolve));

  async function goOn(): Promise<void> {
    const isOpen = (): boolean => !isClosed;
    while (isOpen()) {
      try {
        await attempt();
      } catch (fault) {
        link.report("reading-ended", fault);
      }
      if (isOpen()) await pause(PAUSE_MS);
    }
  }

  async function attempt(): Promise<void> {
    const here = link.client({
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      retries: RETRIES,
      connecting: () => parts.connecting?.(),
    });
    const own = here.kafka.consumer({
      groupId: `mayfly-${randomBytes(16).toString("hex")}`,
      sessionTimeout: SESSION_TIMEOUT_MS,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: maxWaitMs,
      minBytes: 1,
      maxBytes: FETCH_BYTES,
      maxBytesPerPartition: FETCH_PARTITION_BYTES,
      allowAutoTopicCreation: false,
      // One way to begin again, ours, which no state of the library's can get stuck in.
      retry: { restartOnFailure: async () => false },
    });
    const ended = new Promise<void>((resolve) => {
      giveUp = resolve;
      own.on(own.events.CRASH, ({ payload }) => {
        link.report("reading-ended", payload.error);
        resolve();
      });
    });
    own.on(own.events.GROUP_JOIN, () => {
      isJoined = true;
      parts.joined?.();
    });
    client = here;
    const stopWatch = watch(here);
    try {
      await Promise.race([run(own), ended]);
      await ended;
    } finally {
      stopWatch();
      isJoined = false;
      consumer = null;
      await within(clock, CLOSE_MS, own.disconnect()).catch(() => undefined);
      here.breakConnections();
    }
  }

  async function run(own: Consumer): Promise<void> {
    await own.connect();
    await own.subscribe({ topics: [topic], fromBeginning });
    consumer = own;
    await own.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async (payload) => parts.batch(payload),
    });
  }

  function watch(here: KafkaClient): Stop {
    let stop: Stop = () => undefined;
    let silentLooks = 0;
    const look = (): void => {
      silentLooks = here.silentForMs() > LOOK_MS ? silentLooks + 1 : 0;
      if (silentLooks > (isJoined ? STALLED_LOOKS : STALLED_JOINING_LOOKS)) {
        link.report("reading-stalled", null);
        giveUp();
      } else stop = clock.after(LOOK_MS, look);
    };
    stop = clock.after(LOOK_MS, look);
    return () => stop();
  }

  /** The library refuses orders while it has crashed and not said so yet; all are given again at the next join. */
  function order(give: (to: Consumer) => void): void {
    if (consumer === null || !isJoined) return;
    try {
      give(consumer);
    } catch (fault) {
      link.report("reading-ended", fault);
    }
  }

  const gone = goOn();
  return {
    seek: (partition, offset) =>
      order((to) => to.seek({ topic, partition, offset: String(offset) })),
    fetchOnly: (partitions, all) =>
      order((to) => {
        // The full list each time: pausing some clears that all were paused, and a new consumer has paused none.
        const each = Array.from({ length: all }, (_, partition) => partition);
        const paused = each.filter((partition) => !partitions.has(partition));
        to.pause([{ topic, partitions: paused }]);
        to.resume([{ topic, partitions: [...partitions] }]);
      }),
    isReachable: () =>
      isJoined && client !== null && client.hasConnection() && client.silentForMs() < REACHABLE_MS,
    async close() {
      isClosed = true;
      giveUp();
      await gone;
    },
  };
}
