/** What a broker for tests is told: as small, and as quick to start, to see a death and to forget as Kafka can be. */

export interface KafkaUser {
  readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
  readonly name: string;
  readonly password: string;
}

export interface KafkaOptions {
  /** How many brokers, one cluster; 1 where not said. */
  readonly brokers?: number;
  /** Whoever comes must be this user. */
  readonly user?: KafkaUser;
  /** A PEM file of the brokers' key (PKCS #8) and certificate: clients must speak TLS. */
  readonly tls?: { readonly pemFile: string };
  /** Advertised ports of further ways in; of a single broker only. */
  readonly doors?: readonly number[];
  /** Broker settings beside and above those here. */
  readonly settings?: { readonly [name: string]: string };
}

/** Ports of 127.0.0.1 that one broker listens on. */
export interface BrokerPorts {
  readonly client: number;
  readonly internal: number;
  readonly controller: number;
  readonly doors: readonly number[];
}

const FIXED: { readonly [name: string]: string } = {
  "process.roles": "broker,controller",
  "controller.listener.names": "CONTROLLER",
  "inter.broker.listener.name": "INTERNAL",
  "auto.create.topics.enable": "false",
  "offsets.topic.num.partitions": "1",
  "group.initial.rebalance.delay.ms": "0",
  "log.cleaner.enable": "false",
  "log.retention.check.interval.ms": "1000",
  "log.initial.task.delay.ms": "1000",
  "num.network.threads": "1",
  "num.io.threads": "2",
  "background.threads": "2",
  "controller.quorum.election.timeout.ms": "500",
  "controller.quorum.fetch.timeout.ms": "1000",
  "broker.heartbeat.interval.ms": "250",
  "broker.session.timeout.ms": "2000",
};

interface Way {
  readonly name: string;
  readonly port: number;
  readonly advertised: number;
  readonly protocol: string;
}

/** The text of `server.properties` for broker `index` of those that listen on `all`, its log in `folder`. */
export function brokerSettings(
  index: number,
  all: readonly BrokerPorts[],
  folder: string,
  options: KafkaOptions,
): string {
  const { user, tls, settings } = options;
  const ports = all[index];
  if (ports === undefined) throw new RangeError(`no broker ${index}`);
  const outside = waysIn(ports, options);
  const internal = { name: "INTERNAL", port: ports.internal, protocol: "PLAINTEXT" };
  const controller = { name: "CONTROLLER", port: ports.controller, protocol: "PLAINTEXT" };
  const advertised = [...outside, { ...internal, advertised: ports.internal }];
  const listeners = [...outside, internal, controller];
  const copies = String(all.length);
  const lines = {
    ...FIXED,
    "node.id": String(index + 1),
    "log.dirs": folder,
    "controller.quorum.voters": all
      .map((each, i) => `${i + 1}@127.0.0.1:${each.controller}`)
      .join(","),
    listeners: listeners.map(({ name, port }) => `${name}://127.0.0.1:${port}`).join(","),
    "advertised.listeners": advertised
      .map((way) => `${way.name}://127.0.0.1:${way.advertised}`)
      .join(","),
    "listener.security.protocol.map": listeners
      .map(({ name, protocol }) => `${name}:${protocol}`)
      .join(","),
    "offsets.topic.replication.factor": copies,
    "transaction.state.log.replication.factor": copies,
    ...(user === undefined ? {} : userSettings(user, outside)),
    ...(tls === undefined
      ? {}
      : { "ssl.keystore.type": "PEM", "ssl.keystore.location": tls.pemFile }),
    ...settings,
  };
  return Object.entries(lines)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

function waysIn(ports: BrokerPorts, { user, tls, doors = [] }: KafkaOptions): readonly Way[] {
  const protocol = `${user === undefined ? "" : "SASL_"}${tls === undefined ? "PLAINTEXT" : "SSL"}`;
  return [
    { name: "CLIENT", port: ports.client, advertised: ports.client, protocol },
    ...ports.doors.map((port, i) => ({
      name: `DOOR${i}`,
      port,
      advertised: doors[i] ?? port,
      protocol,
    })),
  ];
}

function userSettings({ mechanism, name, password }: KafkaUser, ways: readonly Way[]) {
  const module =
    mechanism === "PLAIN"
      ? `plain.PlainLoginModule required user_${name}="${password}"`
      : "scram.ScramLoginModule required";
  return Object.fromEntries(
    ways.flatMap((way) => {
      const prefix = `listener.name.${way.name.toLowerCase()}`;
      return [
        [`${prefix}.sasl.enabled.mechanisms`, mechanism],
        [
          `${prefix}.${mechanism.toLowerCase()}.sasl.jaas.config`,
          `org.apache.kafka.common.security.${module};`,
        ],
      ];
    }),
  );
}
