/** The two topics: made as they must be where they are missing, else compared with that and left as they are. */
import type { Admin } from "kafkajs";
import type { Clock } from "../../../../shared/clock.ts";
import { brokerProblems, fewBrokersProblem, type FoundTopic, topicProblems } from "./checks.ts";
import { type KafkaLink, reasonOf, within } from "./link.ts";
import { plansOf, type TopicPlan, type TopicWishes } from "./topic-settings.ts";

export interface OpenedTopics {
  /** How many partitions the ordering topic has; both have the same number. */
  readonly partitions: number;
  /** In sentences for the operator; empty: all is well. */
  readonly problems: readonly string[];
}

const REQUEST_TIMEOUT_MS = 5_000;
/** A cluster that just started may want so long to seat its leaders. */
const OPEN_MS = 20_000;
/** By Kafka's protocol; Node does not see the names that the library has for them. */
const TOPIC = 2;
const BROKER = 4;
const KNOWN_PAUSE_MS = 200;
const KNOWN_TRIES = 40;
const CLOSE_MS = 1_000;
/** Where there are so many brokers. */
const REPLICAS = 3;
const IN_SYNC = 2;

/** @throws an Error whose text is a reason in one word, where the brokers cannot be reached or refuse us. */
export async function openTopics(link: KafkaLink, wishes: TopicWishes): Promise<OpenedTopics> {
  const client = link.client({ requestTimeoutMs: REQUEST_TIMEOUT_MS, retries: 3 });
  const admin = client.kafka.admin();
  try {
    return await within(link.clock, OPEN_MS, open(admin, link.clock, wishes));
  } catch (fault) {
    throw new Error(reasonOf(fault), { cause: fault });
  } finally {
    await within(link.clock, CLOSE_MS, admin.disconnect()).catch(() => undefined);
    client.breakConnections();
  }
}

async function open(admin: Admin, clock: Clock, wishes: TopicWishes): Promise<OpenedTopics> {
  await admin.connect();
  const { brokers } = await admin.describeCluster();
  const tooFew = fewBrokersProblem(brokers.length, wishes);
  if (tooFew !== null) return { partitions: 0, problems: [tooFew] };
  const plans = plansOf(wishes);
  await createMissing(admin, plans, { brokers: brokers.length, partitions: wishes.partitions });
  const found = await Promise.all(
    plans.map(({ name }) => whenKnown(clock, () => describeTopic(admin, name))),
  );
  const problems = plans.flatMap((plan, i) => {
    const topic = found[i];
    return topic === undefined ? [] : topicProblems(plan, topic, wishes);
  });
  for (const { nodeId } of brokers) {
    problems.push(...brokerProblems(await describeBroker(admin, nodeId), wishes));
  }
  const [order = 0, signals = 0] = found.map(({ replicas }) => replicas.length);
  if (order !== signals) {
    problems.push(
      `The topics ${plans.map(({ name }) => name).join(" and ")} have ${order} and ${signals} partitions; needed: as many in one as in the other`,
    );
  }
  return { partitions: order, problems: [...new Set(problems)] };
}

interface Extent {
  readonly brokers: number;
  readonly partitions: number;
}

/** Another relay may do the same at the same time: whose is made counts. */
async function createMissing(
  admin: Admin,
  plans: readonly TopicPlan[],
  { brokers, partitions }: Extent,
): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const replicas = Math.min(REPLICAS, brokers);
  const inSync = { "min.insync.replicas": String(Math.min(IN_SYNC, replicas)) };
  const topics = plans
    .filter(({ name }) => !existing.has(name))
    .map(({ name, settings }) => ({
      topic: name,
      numPartitions: partitions,
      replicationFactor: replicas,
      configEntries: Object.entries({ ...settings, ...inSync }).map(([key, value]) => ({
        name: key,
        value,
      })),
    }));
  if (topics.length > 0) await admin.createTopics({ topics, waitForLeaders: true });
}

/** A topic that another relay has just made is not known to every broker yet. */
async function whenKnown(clock: Clock, find: () => Promise<FoundTopic>): Promise<FoundTopic> {
  for (let triesLeft = KNOWN_TRIES; ; triesLeft--) {
    try {
      return await find();
    } catch (fault) {
      const isNew = /UNKNOWN_TOPIC|LEADER_NOT_AVAILABLE/.test(reasonOf(fault));
      if (!isNew || triesLeft === 0) throw fault;
    }
    await new Promise<void>((resolve) => void clock.after(KNOWN_PAUSE_MS, resolve));
  }
}

async function describeTopic(admin: Admin, name: string): Promise<FoundTopic> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
  const settings = await describe(admin, TOPIC, name);
  const partitions = topics.find((topic) => topic.name === name)?.partitions ?? [];
  return { settings, replicas: partitions.map(({ replicas }) => replicas.length) };
}

/** Null where the user may not ask. */
async function describeBroker(
  admin: Admin,
  nodeId: number,
): Promise<ReadonlyMap<string, string> | null> {
  try {
    return await describe(admin, BROKER, String(nodeId));
  } catch (fault) {
    if (/AUTHORIZATION_FAILED/.test(reasonOf(fault))) return null;
    throw fault;
  }
}

async function describe(
  admin: Admin,
  type: number,
  name: string,
): Promise<ReadonlyMap<string, string>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    // oxlint-disable-next-line typescript/no-unsafe-enum-assignment
    resources: [{ type, name }],
  });
  const entries = resources.flatMap(({ configEntries }) => configEntries);
  return new Map(entries.map(({ configName, configValue }) => [configName, configValue ?? ""]));
}
