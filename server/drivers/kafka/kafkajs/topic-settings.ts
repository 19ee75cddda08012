/** What the topics must be told so that they order, replicate and forget as promised (DESIGN §2 "kafka"). */

export interface TopicWishes {
  /** The ordering topic's; the signals' is beside it. */
  readonly name: string;
  /** Where it has to be made. */
  readonly partitions: number;
  /** How long a record must be had, so that a region can come back from a stall. */
  readonly retentionMs: number;
  /** The operator says by name that fewer than three brokers may hold a record. */
  readonly allowsFewerReplicas: boolean;
  /** The operator says by name that brokers may keep records for longer. */
  readonly allowsLongerRetention: boolean;
}

export interface TopicPlan {
  readonly name: string;
  readonly retentionMs: number;
  /** Settings by Kafka's names, but for what replication asks for. */
  readonly settings: { readonly [name: string]: string };
}

/**
 * A record is gone at most `retention.ms` + all of these later: its segment is closed (`segment.ms`), found by
 * the broker's look, and its file removed. Their sum is below the 30 s of the promise.
 */
export const MAX_SEGMENT_MS = 12_000;
export const MAX_CHECK_INTERVAL_MS = 10_000;
export const MAX_DELETE_DELAY_MS = 5_000;

const SEGMENT_MS = 10_000;
const SEGMENT_BYTES = 16 * 1024 * 1024;
/** Enough for a segment's; the broker sets so much aside for each that is open, 10 MiB unless told. */
const INDEX_BYTES = 64 * 1024;
/** One record, and one batch as we write them, fit twice. */
export const MAX_BATCH_BYTES = 1024 * 1024;
/** Signals are of no use after 2 s. */
const SIGNALS_RETENTION_MS = 5_000;

/** The name of the topic for signals beside that for the order. */
export function signalsOf(name: string): string {
  return `${name}-signals`;
}

/** The ordering topic and the signals' one. */
export function plansOf({ name, retentionMs }: TopicWishes): readonly TopicPlan[] {
  return [planOf(name, retentionMs), planOf(signalsOf(name), SIGNALS_RETENTION_MS)];
}

function planOf(name: string, retentionMs: number): TopicPlan {
  return {
    name,
    retentionMs,
    settings: {
      "cleanup.policy": "delete",
      "message.timestamp.type": "LogAppendTime",
      "retention.ms": String(retentionMs),
      "retention.bytes": "-1",
      "segment.ms": String(Math.min(SEGMENT_MS, retentionMs)),
      "segment.jitter.ms": "0",
      "segment.bytes": String(SEGMENT_BYTES),
      "segment.index.bytes": String(INDEX_BYTES),
      "file.delete.delay.ms": "1000",
      "max.message.bytes": String(MAX_BATCH_BYTES),
      "unclean.leader.election.enable": "false",
    },
  };
}
