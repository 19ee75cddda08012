/** Whether a topic and the brokers keep no longer, replicate no less and order no otherwise than promised. */
import {
  MAX_BATCH_BYTES,
  MAX_CHECK_INTERVAL_MS,
  MAX_DELETE_DELAY_MS,
  MAX_SEGMENT_MS,
  type TopicPlan,
  type TopicWishes,
} from "./topic-settings.ts";

/** What a topic is, as a broker tells it. */
export interface FoundTopic {
  readonly settings: ReadonlyMap<string, string>;
  /** Of each partition, how many brokers hold it. */
  readonly replicas: readonly number[];
}

const LEAST_REPLICAS = 3;
const LEAST_IN_SYNC = 2;
const MAX_INDEX_BYTES = 1024 * 1024;
const FEWER = "or KAFKA_ALLOW_FEWER_REPLICAS=yes in this relay's environment";
const LONGER = "or KAFKA_ALLOW_LONGER_RETENTION=yes in this relay's environment";
const CHECK_INTERVAL = "log.retention.check.interval.ms";

/** What is wrong with a topic, in sentences for the operator; empty: nothing. */
export function topicProblems(
  plan: TopicPlan,
  { settings, replicas }: FoundTopic,
  wishes: TopicWishes,
): string[] {
  const problems: string[] = [];
  const topic = `The topic ${plan.name}`;
  const said = (name: string): string => settings.get(name) ?? "";
  const complain = (name: string, what: string, needed: string): void => {
    problems.push(`${topic} ${what}: ${name} is ${plain(said(name))}; needed: ${needed}`);
  };

  function must(name: string, value: string, what: string): void {
    if (said(name) !== value) complain(name, what, value);
  }

  function atMost(name: string, most: number, what: string): void {
    const value = numberOf(said(name));
    if (value === null || value > most) complain(name, what, `at most ${most}, ${LONGER}`);
  }

  must("cleanup.policy", "delete", "does not forget what is old");
  must("message.timestamp.type", "LogAppendTime", "does not say when it got a record");
  must("unclean.leader.election.enable", "false", "may forget what it has confirmed");
  if (said("remote.storage.enable") === "true") {
    complain("remote.storage.enable", "is copied to another store", "false");
  }
  if (!wishes.allowsLongerRetention) {
    atMost("retention.ms", plan.retentionMs, "keeps records longer than KAFKA_RETENTION_S");
    atMost("segment.ms", MAX_SEGMENT_MS, "keeps records longer than KAFKA_RETENTION_S + 30 s");
    atMost("file.delete.delay.ms", MAX_DELETE_DELAY_MS, "keeps files of records that are gone");
  }
  const retentionMs = numberOf(said("retention.ms"));
  if (retentionMs !== null && retentionMs < plan.retentionMs) {
    complain("retention.ms", "forgets too early", String(plan.retentionMs));
  }
  if ((numberOf(said("max.message.bytes")) ?? 0) < MAX_BATCH_BYTES) {
    complain("max.message.bytes", "refuses large records", `at least ${MAX_BATCH_BYTES}`);
  }
  if ((numberOf(said("segment.index.bytes")) ?? Infinity) > MAX_INDEX_BYTES) {
    complain("segment.index.bytes", "sets memory aside", `at most ${MAX_INDEX_BYTES}`);
  }
  if (!wishes.allowsFewerReplicas) {
    const least = Math.min(...replicas);
    if (least < LEAST_REPLICAS) {
      problems.push(
        `${topic} is held by ${least} broker${least === 1 ? "" : "s"}; needed: a replication factor of at least ${LEAST_REPLICAS}, ${FEWER}`,
      );
    }
    if ((numberOf(said("min.insync.replicas")) ?? 0) < LEAST_IN_SYNC) {
      complain(
        "min.insync.replicas",
        "confirms what one broker alone has",
        `at least ${LEAST_IN_SYNC}, ${FEWER}`,
      );
    }
  }
  return problems;
}

/** Said before anything is made: with fewer brokers than replicas nothing could be. */
export function fewBrokersProblem(
  brokers: number,
  { allowsFewerReplicas }: TopicWishes,
): string | null {
  if (allowsFewerReplicas || brokers >= LEAST_REPLICAS) return null;
  return `Kafka has ${brokers} broker${brokers === 1 ? "" : "s"} now; needed: at least ${LEAST_REPLICAS}, so that each record is held by ${LEAST_REPLICAS}, ${FEWER}`;
}

/** What is wrong with one broker; `settings` null: it does not let us see. */
export function brokerProblems(
  settings: ReadonlyMap<string, string> | null,
  { allowsLongerRetention }: TopicWishes,
): string[] {
  if (allowsLongerRetention) return [];
  if (settings === null) {
    return [
      `Kafka does not let this relay see ${CHECK_INTERVAL}; needed: the right to DescribeConfigs of the cluster, ${LONGER}`,
    ];
  }
  const said = settings.get(CHECK_INTERVAL) ?? "";
  const intervalMs = numberOf(said);
  if (intervalMs !== null && intervalMs <= MAX_CHECK_INTERVAL_MS) return [];
  return [
    `Kafka looks too seldom for records that are old: ${CHECK_INTERVAL} is ${plain(said)}; needed: at most ${MAX_CHECK_INTERVAL_MS}, ${LONGER}`,
  ];
}

/** Null for what is no number, and for -1, which is Kafka's word for without end. */
function numberOf(text: string): number | null {
  return /^\d{1,19}$/.test(text) ? Number(text) : null;
}

/** What Kafka says, as far as it may stand in a log. */
function plain(text: string): string {
  return text.replaceAll(/[^\w.,-]/g, "").slice(0, 40) || "unknown";
}
