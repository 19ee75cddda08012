/**
 * A topic as the driver needs it. kafkajs is behind this alone, so that it can be exchanged; tests put a
 * log here that can be made to misbehave.
 */
import type { Bytes } from "../../../shared/bytes.ts";

/** One record as it stands in a partition's log. */
export interface LoggedRecord {
  /** Its place, from 0; dense. */
  readonly offset: number;
  /** When the broker appended it (LogAppendTime), ms since 1970. */
  readonly appendedAtMs: number;
  readonly bytes: Bytes;
}

/** What a partition's log holds: offsets from `low` up to, but without, `high`. */
export interface Marks {
  readonly low: number;
  readonly high: number;
}

export interface PartitionReader {
  /**
   * Where reading begins, asked at every beginning: the offset of a record that the reader has already
   * read, so that it can see whether the log is still the same one, or of the next where it has none.
   */
  beginAt(): number;
  /**
   * Records in log order. `isBeginning`: the first since a connection to the broker began, the library's
   * silent reconnects included; it may begin elsewhere than asked where the log does not hold that offset.
   * Nothing more comes until this resolves; where it rejects, reading begins anew after a short pause.
   */
  records(records: readonly LoggedRecord[], isBeginning: boolean): Promise<void>;
}

export interface OrderTopic {
  /** How many partitions it has; the same for every relay of every region. */
  readonly partitions: number;
  /**
   * Puts records into a partition's log, in this order, in one batch with what else is produced in this
   * turn of the event loop; tries a bounded number of times, for 5 s at most. No result is told, since
   * none could be believed: a record may be in the log not at all, once, or several times.
   */
  produce(partition: number, records: readonly Bytes[]): void;
  /** @throws where the broker cannot be reached. */
  marks(partition: number): Promise<Marks>;
  /** Reads a partition from now on; one reader at a time for each. */
  follow(partition: number, reader: PartitionReader): void;
  /** Nothing of it is handed to its reader any more, once this resolves. */
  unfollow(partition: number): Promise<void>;
  /** True while the broker answers. */
  isReachable(): boolean;
  close(): Promise<void>;
}

/** The second topic: what is gone at once. Every relay reads all of it, from now on. */
export interface SignalTopic {
  /** Told to every reader, at most once; lost where the broker is away. */
  send(partition: number, bytes: Bytes): void;
  close(): Promise<void>;
}

/** Told of each signal younger than 2 s; `bytes` are a stranger's. */
export type SignalReader = (partition: number, bytes: Bytes) => void;
