/**
 * Real Kafka brokers for tests, on free ports, their logs in memory where the machine has such a folder.
 *
 *   const kafka = await startKafka();                  one broker, 2 s and 320 MB: one for a test file's
 *   const kafka = await startKafka({ brokers: 3 });    beforeAll, with topics of their own names for its tests
 *   kafka.addresses                                    what KAFKA_BROKERS would be
 *   await kafka.kill(); await kafka.restart();         or freeze/thaw, or wipe (restarted with nothing in it);
 *                                                      kafka.nodes[i] has the same for one broker alone
 *   await kafka.stop();
 *
 * To part one client of several from Kafka, give it a door: `startKafka({ doors: [proxy.port] })` makes the
 * broker listen on a further port, kafka.doors[0], and tell whoever comes in there that it is at
 * 127.0.0.1:proxy.port; lead the proxy to kafka.doors[0] and the client to the proxy.
 *
 * `npm test` says by JAVA and KAFKA_JARS where Java and the broker's jars are; by hand, fetch them once with
 * `node --import tsx scripts/test/kafka.ts`. Where KAFKA_BROKERS names a broker, startKafka() without options
 * gives that one; nothing can be done to it: such tests say `test.skipIf(!canStartKafka)`.
 */
import { once } from "node:events";
import { accessSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrokerProcess, format, launch } from "./test-broker-process.ts";
import { type BrokerPorts, brokerSettings, type KafkaOptions } from "./test-broker-settings.ts";

export interface TestBroker {
  /** host:port for clients. */
  readonly address: string;
  /** Where its log lies, to be searched. */
  readonly folder: string;
  /** SIGSTOP and SIGCONT: it holds its connections and does not answer. */
  freeze(): void;
  thaw(): void;
  /** SIGKILL; its log stays. */
  kill(): Promise<void>;
  /** Starts it on the same ports, with the log that it had. */
  restart(): Promise<void>;
  /** Starts it on the same ports with nothing in its log. */
  wipe(): Promise<void>;
}

export interface TestKafka extends Omit<TestBroker, "address" | "folder"> {
  readonly addresses: readonly string[];
  readonly nodes: readonly TestBroker[];
  /** Ports that the doors lead in by, in the order of the options. */
  readonly doors: readonly number[];
  stop(): Promise<void>;
}

/** Brokers named by the environment, to be used instead of our own. */
const GIVEN = (process.env["KAFKA_BROKERS"] ?? "").split(",").filter(Boolean);

/** False where a broker is given, to which nothing may be done. */
export const canStartKafka = GIVEN.length === 0;

/** Settles when clients can come. @throws where there is no Java or no jars, or where the options do not fit. */
export async function startKafka(options: KafkaOptions = {}): Promise<TestKafka> {
  if (!canStartKafka) return given(options);
  const { brokers = 1, doors = [] } = options;
  if (doors.length > 0 && brokers > 1) throw new Error("doors are of a single broker only");
  const all: BrokerPorts[] = [];
  for (let i = 0; i < brokers; i++) all.push(await somePorts(doors.length));
  const nodes = all.map((_, i) => createNode(i, all, options));
  const each = (act: (node: Node) => Promise<void>) => async () => {
    await Promise.all(nodes.map(act));
  };
  const stop = each((node) => node.stop());
  try {
    await each((node) => node.restart())();
  } catch (fault) {
    await stop();
    throw fault;
  }
  return {
    addresses: nodes.map(({ address }) => address),
    nodes,
    doors: all[0]?.doors ?? [],
    freeze: () => nodes.forEach((node) => node.freeze()),
    thaw: () => nodes.forEach((node) => node.thaw()),
    kill: each((node) => node.kill()),
    restart: each((node) => node.restart()),
    async wipe() {
      // All at once: what one of several still had would be copied to the others.
      await each((node) => node.kill())();
      await each((node) => node.wipe())();
    },
    stop,
  };
}

function given(options: KafkaOptions): TestKafka {
  const refuse = (): never => {
    throw new Error("nothing can be done to the broker that KAFKA_BROKERS names");
  };
  if (Object.keys(options).length > 0) refuse();
  const refuseLater = async () => refuse();
  return {
    addresses: GIVEN,
    nodes: [],
    doors: [],
    freeze: refuse,
    thaw: refuse,
    kill: refuseLater,
    restart: refuseLater,
    wipe: refuseLater,
    stop: async () => undefined,
  };
}

interface Node extends TestBroker {
  stop(): Promise<void>;
}

function createNode(index: number, all: readonly BrokerPorts[], options: KafkaOptions): Node {
  const client = all[index]?.client ?? 0;
  const folder = mkdtempSync(join(ramFolder(), "mayfly-kafka-"));
  const log = join(folder, "log");
  const file = join(folder, "server.properties");
  writeFileSync(file, brokerSettings(index, all, log, options));
  let process: BrokerProcess | null = null;

  async function kill(): Promise<void> {
    await process?.kill();
    process = null;
  }

  async function restart(): Promise<void> {
    await kill();
    if (!existsSync(log)) await format(file, options.user);
    process = await launch(file, folder, client);
  }

  return {
    address: `127.0.0.1:${client}`,
    folder: log,
    freeze: () => process?.signal("SIGSTOP"),
    thaw: () => process?.signal("SIGCONT"),
    kill,
    restart,
    async wipe() {
      await kill();
      rmSync(log, { recursive: true, force: true });
      await restart();
    },
    async stop() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Ports that nobody has now: held all at once, so that no two are the same. */
async function somePorts(doors: number): Promise<BrokerPorts> {
  const held = Array.from({ length: 3 + doors }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(held.map((server) => once(server, "listening")));
  const ports = held.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(
    held.map((server) => new Promise<void>((resolve) => void server.close(() => resolve()))),
  );
  const [client = 0, internal = 0, controller = 0, ...others] = ports;
  return { client, internal, controller, doors: others };
}

function ramFolder(): string {
  try {
    accessSync("/dev/shm");
    return "/dev/shm";
  } catch {
    return tmpdir();
  }
}
