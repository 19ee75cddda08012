/** Where Kafka is and how it must keep the order: the variables of `MAYFLY_MODE=kafka` beside those of Redis. */
import * as v from "valibot";
import { FILE, wholeNumber, YES_OR_NO } from "./config-values.ts";

export interface KafkaConfig {
  /** host:port of each broker by which the others are found. */
  readonly brokers: readonly string[];
  /** The ordering topic's name. */
  readonly topic: string;
  /** Of a topic that has to be made; one that exists has its own number. */
  readonly partitions: number;
  readonly retentionMs: number;
  /** Null: without TLS. `caFile`: certificates to trust instead of the system's; null: the system's. */
  readonly tls: { readonly caFile: string | null } | null;
  /** Null: nobody asks who we are. */
  readonly user: KafkaUserConfig | null;
  /** The operator says so by name: fewer than three brokers may hold a record. */
  readonly allowsFewerReplicas: boolean;
  /** The operator says so by name: brokers may keep records for longer than the retention. */
  readonly allowsLongerRetention: boolean;
}

export interface KafkaUserConfig {
  readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
  readonly name: string;
  readonly passwordFile: string;
}

const ALLOWED_BROKERS =
  "allowed: a comma-separated list of host:port, such as kafka-1.example:9092,kafka-2.example:9092 (a host is a name or an IPv4 address)";
const BROKERS = v.pipe(
  v.string(),
  v.transform((text) => text.split(",").map((part) => part.trim())),
  v.array(v.custom<string>(isBroker, ALLOWED_BROKERS)),
);
const TOPIC = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/, "allowed: up to 200 of A-Z, a-z, 0-9, . _ -"),
);
const MECHANISMS = ["plain", "scram-sha-256", "scram-sha-512"] as const;

/** The variables, to stand among those of the configuration. */
export const KAFKA_ENTRIES = {
  KAFKA_BROKERS: v.optional(BROKERS),
  KAFKA_TOPIC: v.optional(TOPIC, "mayfly"),
  KAFKA_PARTITIONS: v.optional(wholeNumber(1, 1_024), "32"),
  KAFKA_RETENTION_S: v.optional(wholeNumber(5, 3_600), "120"),
  KAFKA_TLS: YES_OR_NO,
  KAFKA_CA_FILE: v.optional(FILE),
  KAFKA_SASL: v.optional(v.picklist(MECHANISMS, `allowed: ${MECHANISMS.join(", ")}`)),
  KAFKA_USER: v.optional(
    v.pipe(v.string(), v.regex(/^[^\p{C}]{1,200}$/u, "allowed: 1 to 200 printable characters")),
  ),
  KAFKA_PASSWORD_FILE: v.optional(FILE),
  KAFKA_ALLOW_FEWER_REPLICAS: YES_OR_NO,
  KAFKA_ALLOW_LONGER_RETENTION: YES_OR_NO,
};

const SCHEMA = v.object(KAFKA_ENTRIES);
export type KafkaVariables = v.InferOutput<typeof SCHEMA>;

/** What the variables mean together in `kafka` mode; null, with complaints added, where they do not fit. */
export function parseKafka(said: KafkaVariables, problems: string[]): KafkaConfig | null {
  const before = problems.length;
  const { KAFKA_BROKERS: brokers, KAFKA_SASL: mechanism } = said;
  const { KAFKA_USER: name, KAFKA_PASSWORD_FILE: passwordFile, KAFKA_CA_FILE: caFile } = said;
  if (brokers === undefined) {
    problems.push(
      "KAFKA_BROKERS: needed where MAYFLY_MODE is kafka; such as kafka-1.example:9092,kafka-2.example:9092",
    );
  }
  if (caFile !== undefined && !said.KAFKA_TLS) {
    problems.push("KAFKA_CA_FILE: of no effect unless KAFKA_TLS is yes");
  }
  for (const [variable, value] of [
    ["KAFKA_USER", name],
    ["KAFKA_PASSWORD_FILE", passwordFile],
  ] as const) {
    if (mechanism !== undefined && value === undefined)
      problems.push(`${variable}: needed where KAFKA_SASL is set`);
    if (mechanism === undefined && value !== undefined)
      problems.push(`${variable}: of no effect unless KAFKA_SASL is set`);
  }
  if (problems.length > before || brokers === undefined) return null;
  const hasUser = mechanism !== undefined && name !== undefined && passwordFile !== undefined;
  return {
    brokers,
    topic: said.KAFKA_TOPIC,
    partitions: said.KAFKA_PARTITIONS,
    retentionMs: said.KAFKA_RETENTION_S * 1_000,
    tls: said.KAFKA_TLS ? { caFile: caFile ?? null } : null,
    user: hasUser ? { mechanism, name, passwordFile } : null,
    allowsFewerReplicas: said.KAFKA_ALLOW_FEWER_REPLICAS,
    allowsLongerRetention: said.KAFKA_ALLOW_LONGER_RETENTION,
  };
}

/** What the operator should know of a configuration that is accepted. */
export function warnOfKafka(kafka: KafkaConfig): string[] {
  const warnings: string[] = [];
  if (kafka.user?.mechanism === "plain" && kafka.tls === null)
    warnings.push("KAFKA_SASL: without KAFKA_TLS=yes anyone on the way can read the password");
  if (kafka.allowsFewerReplicas)
    warnings.push("KAFKA_ALLOW_FEWER_REPLICAS: the order may be lost with a broker");
  if (kafka.allowsLongerRetention)
    warnings.push(
      "KAFKA_ALLOW_LONGER_RETENTION: sealed envelopes may stay in Kafka for longer than KAFKA_RETENTION_S",
    );
  return warnings;
}

/** A line for each variable, for people; the user is masked, and a password is not known here. */
export function describeKafka(kafka: KafkaConfig | null): string[] {
  if (kafka === null) return [];
  const { tls, user } = kafka;
  return [
    `KAFKA_BROKERS=${kafka.brokers.join(",")}`,
    `KAFKA_TOPIC=${kafka.topic}`,
    `KAFKA_PARTITIONS=${kafka.partitions}`,
    `KAFKA_RETENTION_S=${kafka.retentionMs / 1_000}`,
    `KAFKA_TLS=${yesOrNo(tls !== null)}`,
    `KAFKA_CA_FILE=${tls?.caFile ?? ""}`,
    `KAFKA_SASL=${user?.mechanism ?? ""}`,
    `KAFKA_USER=${user === null ? "" : "***"}`,
    `KAFKA_PASSWORD_FILE=${user?.passwordFile ?? ""}`,
    `KAFKA_ALLOW_FEWER_REPLICAS=${yesOrNo(kafka.allowsFewerReplicas)}`,
    `KAFKA_ALLOW_LONGER_RETENTION=${yesOrNo(kafka.allowsLongerRetention)}`,
  ];
}

const yesOrNo = (is: boolean): string => (is ? "yes" : "no");

function isBroker(text: unknown): boolean {
  if (typeof text !== "string") return false;
  const port = /^[A-Za-z0-9._-]{1,253}:(\d{1,5})$/.exec(text)?.[1];
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65_535;
}

/** What stands in the files that the configuration names. */
export interface KafkaSecrets {
  /** Certificates in PEM; null: the system's. */
  readonly ca: string | null;
  /** Null: nobody asks. */
  readonly password: string | null;
}

/** Reads the files by `read`, which throws where it cannot; complaints name the variable and nothing that was read. */
export function loadKafkaSecrets(
  { tls, user }: KafkaConfig,
  read: (path: string) => string,
): KafkaSecrets | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  function textOf(variable: string, path: string | null): string | null {
    if (path === null) return null;
    try {
      return read(path);
    } catch {
      problems.push(`${variable}: the file cannot be read`);
      return null;
    }
  }
  const ca = textOf("KAFKA_CA_FILE", tls?.caFile ?? null);
  // Whoever writes a line into a file ends it, without meaning that.
  const password =
    textOf("KAFKA_PASSWORD_FILE", user?.passwordFile ?? null)?.replace(/\r?\n$/, "") ?? null;
  if (ca !== null && !ca.includes("-----BEGIN CERTIFICATE-----"))
    problems.push("KAFKA_CA_FILE: allowed: certificates in PEM");
  if (password === "") problems.push("KAFKA_PASSWORD_FILE: the file is empty");
  return problems.length > 0 ? { problems } : { ca, password };
}
