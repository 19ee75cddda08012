import { expect, test } from "vitest";
import { loadKafkaSecrets } from "./config-kafka.ts";
import { describeConfig, parseConfig, type Environment } from "./config.ts";

const LEAST = {
  MAYFLY_MODE: "kafka",
  REDIS_URL: "redis://127.0.0.1",
  KAFKA_BROKERS: "kafka:9092",
  REGION: "north",
};

function configured(environment: Environment) {
  const result = parseConfig({ ...LEAST, ...environment });
  if (result.kind === "refused") throw new Error(result.problems.join("; "));
  return result;
}

function problemsOf(environment: Environment): readonly string[] {
  const result = parseConfig({ ...LEAST, ...environment });
  return result.kind === "refused" ? result.problems : [];
}

test("kafka needs to be told where Kafka and Redis are; the rest has defaults", () => {
  expect(problemsOf({ KAFKA_BROKERS: undefined, REDIS_URL: undefined, REGION: undefined })).toEqual(
    [
      expect.stringMatching(/^REDIS_URL: needed where MAYFLY_MODE is kafka/),
      expect.stringMatching(/^KAFKA_BROKERS: needed where MAYFLY_MODE is kafka/),
      expect.stringMatching(/^REGION: needed where MAYFLY_MODE is kafka/),
    ],
  );
  const { config, warnings } = configured({});
  expect(config).toMatchObject({ mode: "kafka", redis: { allowsPersistence: false } });
  expect(config.kafka).toEqual({
    brokers: ["kafka:9092"],
    topic: "mayfly",
    partitions: 32,
    retentionMs: 120_000,
    tls: null,
    user: null,
    allowsFewerReplicas: false,
    allowsLongerRetention: false,
  });
  expect(warnings).toEqual([]);
});

test("what is set is taken, and described with the user masked", () => {
  const { config } = configured({
    KAFKA_BROKERS: "kafka-1.example:9092, 10.0.0.2:19092",
    KAFKA_TOPIC: "rooms.v1",
    KAFKA_PARTITIONS: "8",
    KAFKA_RETENTION_S: "60",
    KAFKA_TLS: "yes",
    KAFKA_CA_FILE: "/run/secrets/ca.pem",
    KAFKA_SASL: "scram-sha-512",
    KAFKA_USER: "hunter2",
    KAFKA_PASSWORD_FILE: "/run/secrets/kafka",
  });
  expect(config.kafka).toEqual({
    brokers: ["kafka-1.example:9092", "10.0.0.2:19092"],
    topic: "rooms.v1",
    partitions: 8,
    retentionMs: 60_000,
    tls: { caFile: "/run/secrets/ca.pem" },
    user: { mechanism: "scram-sha-512", name: "hunter2", passwordFile: "/run/secrets/kafka" },
    allowsFewerReplicas: false,
    allowsLongerRetention: false,
  });
  const described = describeConfig(config);
  expect(described).not.toContain("hunter2");
  expect(described).toContain("\nKAFKA_SASL=scram-sha-512\nKAFKA_USER=***\n");
  expect(describeConfig(configured({ MAYFLY_MODE: "memory" }).config)).not.toContain("KAFKA");
});

const bad: readonly (readonly [string, string])[] = [
  ["KAFKA_BROKERS", ""],
  ["KAFKA_BROKERS", "kafka"],
  ["KAFKA_BROKERS", "kafka:0"],
  ["KAFKA_BROKERS", "kafka:65536"],
  ["KAFKA_BROKERS", "kafka:9092,"],
  ["KAFKA_BROKERS", "kafka://kafka:9092"],
  ["KAFKA_BROKERS", "me:hunter2@kafka:9092"],
  ["KAFKA_BROKERS", "[::1]:9092"],
  ["KAFKA_TOPIC", ""],
  ["KAFKA_TOPIC", "."],
  ["KAFKA_TOPIC", "two words"],
  ["KAFKA_TOPIC", "x".repeat(201)],
  ["KAFKA_PARTITIONS", "0"],
  ["KAFKA_PARTITIONS", "1025"],
  ["KAFKA_RETENTION_S", "4"],
  ["KAFKA_RETENTION_S", "3601"],
  ["KAFKA_RETENTION_S", "-1"],
  ["KAFKA_TLS", "true"],
  ["KAFKA_CA_FILE", ""],
  ["KAFKA_SASL", "gssapi"],
  ["KAFKA_USER", ""],
  ["KAFKA_USER", "line\nbreak"],
  ["KAFKA_PASSWORD_FILE", ""],
  ["KAFKA_ALLOW_FEWER_REPLICAS", "1"],
  ["KAFKA_ALLOW_LONGER_RETENTION", "YES"],
];

test.each(bad)("%s=%j is refused by name, with what is allowed, and not repeated", (name, text) => {
  const problems = problemsOf({ [name]: text });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(new RegExp(`^${name}: allowed: `));
  if (text.length > 8) expect(problems[0]).not.toContain(text);
});

test.each([
  [{ KAFKA_CA_FILE: "ca.pem" }, ["KAFKA_CA_FILE: of no effect unless KAFKA_TLS is yes"]],
  [
    { KAFKA_SASL: "plain" },
    [
      "KAFKA_USER: needed where KAFKA_SASL is set",
      "KAFKA_PASSWORD_FILE: needed where KAFKA_SASL is set",
    ],
  ],
  [
    { KAFKA_USER: "alice", KAFKA_PASSWORD_FILE: "password" },
    [
      "KAFKA_USER: of no effect unless KAFKA_SASL is set",
      "KAFKA_PASSWORD_FILE: of no effect unless KAFKA_SASL is set",
    ],
  ],
])("%j: what does not fit together is refused", (environment, problems) => {
  expect(problemsOf(environment)).toEqual(problems);
});

test("an operator who takes a risk by name is told which", () => {
  const { config, warnings } = configured({
    KAFKA_ALLOW_FEWER_REPLICAS: "yes",
    KAFKA_ALLOW_LONGER_RETENTION: "yes",
    KAFKA_SASL: "plain",
    KAFKA_USER: "alice",
    KAFKA_PASSWORD_FILE: "password",
  });
  expect(config.kafka).toMatchObject({ allowsFewerReplicas: true, allowsLongerRetention: true });
  expect(warnings).toEqual([
    expect.stringMatching(/^KAFKA_SASL: .*password/),
    expect.stringMatching(/^KAFKA_ALLOW_FEWER_REPLICAS: .*lost/),
    expect.stringMatching(/^KAFKA_ALLOW_LONGER_RETENTION: .*longer/),
  ]);
});

test("in another mode Kafka's variables have no meaning, and that is said", () => {
  const { config, warnings } = configured({ MAYFLY_MODE: "redis" });
  expect(config.kafka).toBeNull();
  expect(warnings).toEqual(["without meaning where MAYFLY_MODE is redis: KAFKA_BROKERS, REGION"]);
});

test("password and certificates come from files; what is wrong with one is said without its text", () => {
  const { config } = configured({
    KAFKA_TLS: "yes",
    KAFKA_CA_FILE: "ca.pem",
    KAFKA_SASL: "plain",
    KAFKA_USER: "alice",
    KAFKA_PASSWORD_FILE: "password",
  });
  const { kafka } = config;
  if (kafka === null) throw new Error("no Kafka");
  const pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const files =
    (password: string, ca = pem) =>
    (path: string) =>
      path === "ca.pem" ? ca : password;
  expect(loadKafkaSecrets(kafka, files("hunter2\n"))).toEqual({ ca: pem, password: "hunter2" });
  expect(loadKafkaSecrets(kafka, files(" spaces stay \r\n"))).toMatchObject({
    password: " spaces stay ",
  });
  expect(loadKafkaSecrets(kafka, files("\n", "hunter2"))).toEqual({
    problems: [
      "KAFKA_CA_FILE: allowed: certificates in PEM",
      "KAFKA_PASSWORD_FILE: the file is empty",
    ],
  });
  const missing = () => {
    throw new Error("ENOENT: hunter2");
  };
  expect(loadKafkaSecrets(kafka, missing)).toEqual({
    problems: [
      "KAFKA_CA_FILE: the file cannot be read",
      "KAFKA_PASSWORD_FILE: the file cannot be read",
    ],
  });
  expect(loadKafkaSecrets(configured({}).config.kafka ?? kafka, missing)).toEqual({
    ca: null,
    password: null,
  });
});
