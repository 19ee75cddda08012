/**
 * A topic in memory, by a clock that a test turns, that can be made to misbehave as Kafka and the way to
 * it can: records late, twice or never in the log, logs wiped and refilled, retention passed, regions cut off.
 */
import type { Bytes } from "../../../shared/bytes.ts";
import type { Clock } from "../../../shared/clock.ts";
import type {
  LoggedRecord,
  Marks,
  OrderTopic,
  PartitionReader,
  SignalReader,
  SignalTopic,
} from "./order-topic.ts";
import { decodePartitionRecord, type PartitionRecord } from "./partition-records.ts";

/** When a produced record gets into the log, ms from now, once for each; none: never. Null: at once. */
export type Fate = (record: PartitionRecord, partition: number) => readonly number[] | null;

export interface TestLog {
  /** A relay's connection to it. */
  connect(region: string): OrderTopic;
  /** A relay's connection to the topic of signals. */
  signals(region: string, read: SignalReader): SignalTopic;
  /** Decides over what is produced from now on. */
  setFate(fate: Fate): void;
  /** The broker starts anew with nothing in its log, after so long. */
  wipe(downMs?: number): void;
  /** Retention passes for everything. */
  dropAll(): void;
  /** Nothing passes between this region's relays and the broker for so long. */
  cut(region: string, forMs: number): void;
  marks(partition: number): Marks;
  records(partition: number): readonly LoggedRecord[];
  /** Puts a record into the log as it is. */
  append(partition: number, bytes: Bytes): void;
}

/** Producers try for so long. */
const PRODUCE_MS = 5_000;
const AGAIN_MS = 200;
/** A signal's way. */
const SIGNAL_MS = 5;

interface Follower {
  readonly reader: PartitionReader;
  at: number;
  isBeginning: boolean;
  isBusy: boolean;
  isOver: boolean;
  done: Promise<void>;
}

interface Connection {
  readonly region: string;
  readonly followers: Map<number, Follower>;
  isOpen: boolean;
}

/** Empty; what is older than `retentionMs` goes. */
export function createTestLog(clock: Clock, partitions: number, retentionMs = 120_000): TestLog {
  const logs = Array.from({ length: partitions }, () => ({
    low: 0,
    records: [] as LoggedRecord[],
  }));
  const connections = new Set<Connection>();
  const cutUntil = new Map<string, number>();
  const signalReaders = new Set<{ readonly region: string; readonly read: SignalReader }>();
  let downUntilMs = 0;
  let fate: Fate = () => null;

  const logOf = (partition: number) => {
    const log = logs[partition];
    if (log === undefined) throw new Error("no such partition");
    return log;
  };

  function marks(partition: number): Marks {
    const log = logOf(partition);
    const oldestMs = clock.wall() - retentionMs;
    const kept = log.records.findIndex(({ appendedAtMs }) => appendedAtMs >= oldestMs);
    const gone = kept === -1 ? log.records.length : kept;
    log.records.splice(0, gone);
    log.low += gone;
    return { low: log.low, high: log.low + log.records.length };
  }

  const isAway = (region: string): boolean =>
    clock.now() < downUntilMs || clock.now() < (cutUntil.get(region) ?? 0);

  function append(partition: number, bytes: Bytes): void {
    const { high } = marks(partition);
    logOf(partition).records.push({ offset: high, appendedAtMs: clock.wall(), bytes });
    for (const connection of connections) pump(connection, partition);
  }

  function arrive(region: string, partition: number, bytes: Bytes, sinceMs: number): void {
    if (!isAway(region)) append(partition, bytes);
    else if (clock.now() - sinceMs < PRODUCE_MS)
      clock.after(AGAIN_MS, () => arrive(region, partition, bytes, sinceMs));
  }

  function pump(connection: Connection, partition: number): void {
    const follower = connection.followers.get(partition);
    if (follower === undefined || follower.isBusy || follower.isOver) return;
    if (!connection.isOpen || isAway(connection.region)) return;
    const { low, high } = marks(partition);
    if (follower.isBeginning) follower.at = follower.reader.beginAt();
    if (follower.at < low || follower.at > high) {
      follower.at = low;
      follower.isBeginning = true;
    }
    const records = logOf(partition).records.slice(follower.at - low);
    if (records.length === 0) return;
    const { isBeginning } = follower;
    follower.isBusy = true;
    follower.done = hand(follower, records, isBeginning).then((isTaken) => {
      follower.isBusy = false;
      if (isTaken) pump(connection, partition);
      else clock.after(AGAIN_MS, () => pump(connection, partition));
      return undefined;
    });
  }

  /** False where it was not taken: then reading begins anew. */
  async function hand(
    follower: Follower,
    records: readonly LoggedRecord[],
    isBeginning: boolean,
  ): Promise<boolean> {
    follower.isBeginning = false;
    follower.at = (records.at(-1)?.offset ?? 0) + 1;
    try {
      await follower.reader.records(records, isBeginning);
      return true;
    } catch {
      follower.isBeginning = true;
      return false;
    }
  }

  /** The library connected again, and says nothing of it. */
  function reconnect(connection: Connection): void {
    for (const [partition, follower] of connection.followers) {
      follower.isBeginning = true;
      pump(connection, partition);
    }
  }

  function connect(region: string): OrderTopic {
    const connection: Connection = { region, followers: new Map(), isOpen: true };
    connections.add(connection);
    return {
      partitions,
      produce(partition, records) {
        for (const bytes of records) {
          const record = decodePartitionRecord(bytes);
          const delays = (record === null ? null : fate(record, partition)) ?? [0];
          for (const delayMs of delays) {
            const go = (): void => arrive(region, partition, bytes, clock.now());
            if (delayMs === 0) clock.soon(go);
            else clock.after(delayMs, go);
          }
        }
      },
      marks: (partition) =>
        isAway(region) ? Promise.reject(new Error("away")) : Promise.resolve(marks(partition)),
      follow(partition, reader) {
        const idle = { isBeginning: true, isBusy: false, isOver: false };
        const follower = { reader, at: 0, ...idle, done: Promise.resolve() };
        connection.followers.set(partition, follower);
        clock.soon(() => pump(connection, partition));
      },
      async unfollow(partition) {
        const follower = connection.followers.get(partition);
        if (follower === undefined) return;
        follower.isOver = true;
        connection.followers.delete(partition);
        await follower.done;
      },
      isReachable: () => !isAway(region),
      close() {
        connection.isOpen = false;
        connections.delete(connection);
        return Promise.resolve();
      },
    };
  }

  function heal(region: string | null): void {
    for (const connection of connections) {
      if (region === null || connection.region === region) reconnect(connection);
    }
  }

  function signals(region: string, read: SignalReader): SignalTopic {
    const reader = { region, read };
    signalReaders.add(reader);
    return {
      send(partition, bytes) {
        if (isAway(region)) return;
        for (const other of signalReaders) {
          clock.after(SIGNAL_MS, () => isAway(other.region) || other.read(partition, bytes));
        }
      },
      close() {
        signalReaders.delete(reader);
        return Promise.resolve();
      },
    };
  }

  return {
    connect,
    signals,
    marks,
    append,
    setFate(next) {
      fate = next;
    },
    wipe(downMs = 500) {
      downUntilMs = clock.now() + downMs;
      for (const log of logs) Object.assign(log, { low: 0, records: [] });
      clock.after(downMs, () => heal(null));
    },
    dropAll() {
      for (const log of logs) {
        log.low += log.records.length;
        log.records = [];
      }
    },
    cut(region, forMs) {
      cutUntil.set(region, clock.now() + forMs);
      clock.after(forMs, () => heal(region));
    },
    records: (partition) => logOf(partition).records,
  };
}
