/** Opens what the configuration names for rooms and files: memory, one Redis, or Kafka with a Redis for each region. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Bytes } from "../shared/bytes.ts";
import type { Clock } from "../shared/clock.ts";
import { loadKafkaSecrets, type KafkaConfig } from "./config-kafka.ts";
import type { RedisConfig } from "./config-redis.ts";
import { loadRegionSecret, type RegionConfig } from "./config-region.ts";
import type { Config } from "./config.ts";
import { MAX_COPY_BYTES } from "./drivers/kafka/copies.ts";
import { createKafkaLog } from "./drivers/kafka/kafka-log.ts";
import { keepTopics } from "./drivers/kafka/kafkajs/keep-topics.ts";
import { createKafkaLink, type KafkaLink } from "./drivers/kafka/kafkajs/link.ts";
import { createOrderTopic } from "./drivers/kafka/kafkajs/order-topic.ts";
import { createSignalTopic } from "./drivers/kafka/kafkajs/signal-topic.ts";
import { openTopics } from "./drivers/kafka/kafkajs/topics.ts";
import { parseRegionName } from "./drivers/kafka/partition-records.ts";
import { createMemoryMedia } from "./drivers/media/memory-media.ts";
import { createRedisMedia } from "./drivers/media/redis-media.ts";
import { createRegionMedia, regionMediaResources } from "./drivers/media/region-media.ts";
import { createMemoryLog } from "./drivers/memory-log.ts";
import { findUnfit, watchFitness } from "./drivers/redis/checks.ts";
import type { RedisLink } from "./drivers/redis/link.ts";
import { createRedisLog } from "./drivers/redis/redis-log.ts";
import { openBorder, type Resource } from "./drivers/region/border.ts";
import { createPeers } from "./drivers/region/peers.ts";
import type { Logger } from "./log.ts";
import type { Log } from "./ports/log.ts";
import type { MediaStore } from "./ports/media.ts";
import { judge } from "./room/judge.ts";

/** Where rooms and their files are. */
export interface Stores {
  readonly log: Log;
  readonly files: MediaStore;
}

/** What the operator must see to before a relay can start, a sentence each. */
export class Unfit extends Error {
  override readonly name = "Unfit";
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super("the relay cannot start");
    this.problems = problems;
  }
}

const random = (length: number): Bytes => new Uint8Array(randomBytes(length));

/** @throws Unfit where what is named cannot hold rooms. */
export async function openStores(config: Config, clock: Clock, logger: Logger): Promise<Stores> {
  const { redis, kafka, region } = config;
  if (redis === null) {
    const log = createMemoryLog({ clock, random, judge });
    return { log, files: createMemoryMedia({ clock, look: (routeId) => log.look(routeId) }) };
  }
  const { place } = redis;
  if (kafka === null || region === null) {
    const log = createRedisLog({ place, clock, random, judge });
    const ready = await watched(log, redis, clock, logger);
    return { log: ready, files: createRedisMedia({ place }) };
  }
  const storeBytes = config.limits.mediaBytes;
  return openRegion({ redis, kafka, region, storeBytes }, clock, logger);
}

/** The log as one that is ready only while its Redis is fit to hold rooms. @throws Unfit where it is not now. */
async function watched(
  log: Log & { readonly link: RedisLink },
  { allowsPersistence }: RedisConfig,
  clock: Clock,
  logger: Logger,
): Promise<Log> {
  const { link } = log;
  try {
    await link.connected();
  } catch (fault) {
    const why = fault instanceof Error ? fault.message : "";
    throw new Unfit([`REDIS_URL: Redis cannot be reached. ${why}`]);
  }
  const problems = await findUnfit(link, { allowsPersistence });
  if (problems.length > 0) throw new Unfit(["This Redis cannot hold rooms:", ...problems]);
  const watch = watchFitness({
    link,
    clock,
    allowsPersistence,
    found(unfit) {
      for (const note of unfit) logger.error("redis-unfit", { note });
      if (unfit.length === 0) logger.info("redis-fit");
    },
  });
  return {
    serve: (routeId, listener) => log.serve(routeId, listener),
    isReady: () => log.isReady() && watch.isFit(),
    close() {
      watch.stop();
      return log.close();
    },
  };
}

/** What many partitions tell at once is one line, with how many; the next of its kind comes later. */
const SAME_AGAIN_MS = 10_000;

function orderReporter(clock: Clock, logger: Logger): (reason: string) => void {
  const counts = new Map<string, number>();
  return (reason) => {
    const count = counts.get(reason);
    counts.set(reason, (count ?? 0) + 1);
    if (count !== undefined) return;
    // Those of this turn are told with it.
    clock.soon(() => logger.warn("order", { reason, count: counts.get(reason) ?? 1 }));
    clock.after(SAME_AGAIN_MS, () => counts.delete(reason));
  };
}

interface RegionParts {
  readonly redis: RedisConfig;
  readonly kafka: KafkaConfig;
  readonly region: RegionConfig;
  /** Of files, this region's own and copies of others'. */
  readonly storeBytes: number;
}

async function openRegion(
  { redis, kafka, region, storeBytes }: RegionParts,
  clock: Clock,
  logger: Logger,
): Promise<Stores> {
  const name = parseRegionName(region.name);
  if (name === null) throw new Unfit(["REGION: not a name"]);
  const report = orderReporter(clock, logger);
  const link = linkKafka(kafka, clock, report);
  const partitions = await openedPartitions(link, kafka);
  const secret = secretOf(region, logger);
  const peers = createPeers({ urls: region.peers, secret, region: name, clock });
  const topic = createOrderTopic({ link, name: kafka.topic, partitions });
  const stopKeeping = keepTopics({
    link,
    wishes: { ...kafka, name: kafka.topic, partitions },
    topic,
    found: (problems) => problems.forEach((note) => logger.error("order", { note })),
  });
  const log = createKafkaLog({
    place: redis.place,
    topic,
    openSignals: (read) => createSignalTopic({ link, name: kafka.topic, read }),
    region: name,
    clock,
    judge,
    askCopy: (partition) => peers.ask(`/copy/${partition}`, 2 * MAX_COPY_BYTES),
    report,
  });
  const ready = await watched(log, redis, clock, logger);
  const own = createRedisMedia({ place: redis.place, partitions });
  const close = await listenForPeers(region, secret, clock, [
    { path: /^\/copy\/(\d{1,4})$/, give: (partition) => log.copyOf(Number(partition)) },
    ...regionMediaResources(own),
  ]);
  return {
    log: {
      ...ready,
      async close() {
        stopKeeping();
        await close();
        await ready.close();
      },
    },
    files: createRegionMedia({
      own,
      clock,
      storeBytes,
      seek: (path, mostBytes) => peers.seek(path, mostBytes),
      tell: async (path) => void (await peers.ask(path, 0)),
    }),
  };
}

function linkKafka(kafka: KafkaConfig, clock: Clock, report: (reason: string) => void): KafkaLink {
  const secrets = loadKafkaSecrets(kafka, (path) => readFileSync(path, "utf8"));
  if ("problems" in secrets) throw new Unfit(secrets.problems);
  const { user } = kafka;
  return createKafkaLink(
    {
      brokers: kafka.brokers,
      tls: kafka.tls === null ? null : { ca: secrets.ca },
      user: user === null ? null : { ...user, password: secrets.password ?? "" },
    },
    { clock, report: ({ what }) => report(what) },
  );
}

async function openedPartitions(link: KafkaLink, kafka: KafkaConfig): Promise<number> {
  try {
    const { partitions, problems } = await openTopics(link, { ...kafka, name: kafka.topic });
    if (problems.length > 0) throw new Unfit(["This Kafka cannot order rooms:", ...problems]);
    return partitions;
  } catch (fault) {
    if (fault instanceof Unfit) throw fault;
    const why = fault instanceof Error ? fault.message : "";
    throw new Unfit([`KAFKA_BROKERS: Kafka cannot be reached. ${why}`]);
  }
}

function secretOf({ secretFile }: RegionConfig, logger: Logger): Uint8Array {
  // Without peers nobody is spoken to.
  if (secretFile === null) return random(32);
  const loaded = loadRegionSecret(secretFile);
  if ("problem" in loaded) throw new Unfit([loaded.problem]);
  if (loaded.isOpenToOthers) {
    logger.warn("warning", { note: "REGION_SECRET_FILE: every user of this machine can read it" });
  }
  return loaded.secret;
}

/** What closes the border, if there is one. */
async function listenForPeers(
  { host, port }: RegionConfig,
  secret: Uint8Array,
  clock: Clock,
  resources: readonly Resource[],
): Promise<() => Promise<void>> {
  if (port === null) return () => Promise.resolve();
  try {
    const border = await openBorder({ host, port, secret, clock, resources });
    return () => border.close();
  } catch (fault) {
    const code = fault instanceof Error && "code" in fault ? String(fault.code) : "";
    throw new Unfit([`REGION_PORT: cannot listen on ${host} port ${port}: ${code.toLowerCase()}`]);
  }
}
