import { expect, test } from "vitest";
import { LIMIT_NAMES, LIMIT_SPECS } from "./config-limits.ts";
import { describeConfig, originsOf, parseConfig, type Environment } from "./config.ts";

function configured(environment: Environment) {
  const result = parseConfig(environment);
  if (result.kind === "refused") throw new Error(result.problems.join("; "));
  return result;
}

function problemsOf(environment: Environment): readonly string[] {
  const result = parseConfig(environment);
  return result.kind === "refused" ? result.problems : [];
}

test("an empty environment is a relay for this machine alone", () => {
  const { config, warnings } = configured({});
  expect(config).toMatchObject({
    host: "127.0.0.1",
    port: 8787,
    publicOrigins: [],
    mode: "memory",
    trustedProxyHops: 0,
    logLevel: "info",
  });
  for (const name of LIMIT_NAMES) expect(config.limits[name]).toBe(LIMIT_SPECS[name].value);
  expect(warnings).toEqual([]);
  expect(Object.isFrozen(config) && Object.isFrozen(config.limits)).toBe(true);
});

test("what is set is taken", () => {
  const { config } = configured({
    HOST: "0.0.0.0",
    PORT: "80",
    PUBLIC_ORIGIN: "https://chat.example, https://other.example:8443",
    TRUSTED_PROXY_HOPS: "2",
    LOG_LEVEL: "debug",
    LIMIT_SOCKETS_PER_ADDRESS: "7",
  });
  expect(config.publicOrigins).toEqual(["https://chat.example", "https://other.example:8443"]);
  expect(config).toMatchObject({ host: "0.0.0.0", port: 80, trustedProxyHops: 2 });
  expect(config.limits.socketsPerAddress).toBe(7);
});

const bad: readonly (readonly [string, string])[] = [
  ["HOST", "two words"],
  ["HOST", ""],
  ["PORT", "65536"],
  ["PORT", "-1"],
  ["PORT", "8e1"],
  ["PORT", "0x50"],
  ["PORT", ""],
  ["PUBLIC_ORIGIN", ""],
  ["PUBLIC_ORIGIN", "chat.example"],
  ["PUBLIC_ORIGIN", "https://chat.example/"],
  ["PUBLIC_ORIGIN", "https://chat.example/room"],
  ["PUBLIC_ORIGIN", "https://Chat.example"],
  ["PUBLIC_ORIGIN", "https://chat.example:443"],
  ["PUBLIC_ORIGIN", "https://user@chat.example"],
  ["PUBLIC_ORIGIN", "ftp://chat.example"],
  ["PUBLIC_ORIGIN", "https://chat.example,,https://b.example"],
  ["PUBLIC_ORIGIN", "*"],
  ["PUBLIC_ORIGIN", "null"],
  ["MAYFLY_MODE", "memcached"],
  ["TRUSTED_PROXY_HOPS", "17"],
  ["TRUSTED_PROXY_HOPS", "1.5"],
  ["LOG_LEVEL", "verbose"],
  ["CLIENT_FOLDER", ""],
  ...LIMIT_NAMES.flatMap((name) => {
    const { variable, least, most } = LIMIT_SPECS[name];
    return [
      [variable, String(least - 1)],
      [variable, String(most + 1)],
      [variable, "NaN"],
      [variable, ""],
    ] as const;
  }),
];

test.each(bad)("%s=%j is refused by name, with what is allowed", (name, value) => {
  const problems = problemsOf({ [name]: value });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(new RegExp(`^${name}: .*allowed: `));
});

const redis = (REDIS_URL: string) => ({ MAYFLY_MODE: "redis", REDIS_URL });

test("redis needs to know where Redis is", () => {
  expect(problemsOf({ MAYFLY_MODE: "redis" })).toEqual([
    expect.stringMatching(/^REDIS_URL: needed/),
  ]);
  const { config } = configured(redis("redis://127.0.0.1:6390/2"));
  expect(config).toMatchObject({
    mode: "redis",
    redis: {
      place: { kind: "server", url: "redis://127.0.0.1:6390/2" },
      allowsPersistence: false,
    },
  });
});

test("several addresses are the nodes of a cluster, reached with one user and password", () => {
  const text = "rediss://relay:p%2Cw@a.example:7001, rediss://relay:p%2Cw@[::1]";
  expect(configured(redis(text)).config.redis?.place).toEqual({
    kind: "cluster",
    nodes: [
      { host: "a.example", port: 7001 },
      { host: "::1", port: 6379 },
    ],
    username: "relay",
    password: "p,w",
    isTls: true,
  });
});

test.each([
  "",
  "127.0.0.1:6379",
  "http://127.0.0.1:6379",
  "redis://",
  "redis:///1",
  "redis://a:99999",
  "redis://a/x",
  "redis://a?enableOfflineQueue=true",
  "redis://a#b",
  "redis://%zz:x@a",
  "redis://a,",
  "redis://a,rediss://b",
  "redis://a/1,redis://b/1",
  "redis://hunter2:x@a,redis://other:x@b",
])("REDIS_URL=%j is refused, and not repeated", (text) => {
  const problems = problemsOf(redis(text));
  expect(problems).toEqual([expect.stringMatching(/^REDIS_URL: .*allowed: /)]);
  expect(problems.join()).not.toContain("hunter2");
});

test("that Redis may write to a disk is said in full, and warned of", () => {
  const environment = redis("redis://a");
  expect(problemsOf({ ...environment, REDIS_ALLOW_PERSISTENCE: "1" })).toHaveLength(1);
  const { config, warnings } = configured({ ...environment, REDIS_ALLOW_PERSISTENCE: "yes" });
  expect(config.redis?.allowsPersistence).toBe(true);
  expect(warnings).toEqual([expect.stringMatching(/^REDIS_ALLOW_PERSISTENCE: .*disk/)]);
});

test("the description masks what gives access to Redis", () => {
  for (const text of [
    "rediss://user:hunter2@cache.example:6380/1",
    "redis://:hunter2@a:7000,redis://:hunter2@b:7001",
  ]) {
    const described = describeConfig(configured(redis(text)).config);
    expect(described).not.toContain("hunter2");
    expect(described).toMatch(/^REDIS_URL=rediss?:\/\/\*\*\*@/m);
  }
  expect(describeConfig(configured({}).config)).not.toContain("REDIS");
});

test("all complaints come at once, and none repeats a value", () => {
  const problems = problemsOf({ PORT: "hunter2", LOG_LEVEL: "hunter2", LIMIT_DRAIN_MS: "hunter2" });
  expect(problems.map((problem) => problem.split(":")[0]).toSorted()).toEqual([
    "LIMIT_DRAIN_MS",
    "LOG_LEVEL",
    "PORT",
  ]);
  expect(problems.join()).not.toContain("hunter2");
});

test.each(["0.0.0.0", "::", "192.168.1.4", "chat.example", "127.0.0.1.evil.example"])(
  "HOST=%s without PUBLIC_ORIGIN is refused with the reason",
  (HOST) => {
    expect(problemsOf({ HOST })[0]).toMatch(/^PUBLIC_ORIGIN: needed where HOST is not a loopback/);
    expect(problemsOf({ HOST, PUBLIC_ORIGIN: "https://chat.example" })).toEqual([]);
  },
);

test.each(["127.0.0.1", "::1", "localhost"])("HOST=%s needs no origin", (HOST) => {
  expect(originsOf(configured({ HOST }).config, 4711)).toEqual([
    "http://localhost:4711",
    "http://127.0.0.1:4711",
    "http://[::1]:4711",
  ]);
});

test("another loopback address is its own origin first", () => {
  expect(originsOf(configured({ HOST: "127.9.9.9" }).config, 80)[0]).toBe("http://127.9.9.9");
});

test("an origin is as a browser writes it: without the scheme's own port", () => {
  expect(originsOf(configured({}).config, 80)[0]).toBe("http://localhost");
});

test("names without meaning here are warned of, by name only", () => {
  const { warnings } = configured({
    REDIS_URLS: "redis://:hunter2@cache",
    KAFKA_BROKER: "x",
    REGION: "eu",
    METRICS_PORT: "9",
    LIMIT_SOKETS: "1",
    PUBLIC_ORIGINS: "https://chat.example",
    PATH: "/bin",
    HOME: "/root",
  });
  expect(warnings).toEqual([
    "set, but without meaning in this version: KAFKA_BROKER, LIMIT_SOKETS, METRICS_PORT, PUBLIC_ORIGINS, REDIS_URLS",
    "without meaning where MAYFLY_MODE is memory: REGION",
  ]);
});

test("an origin without https is warned of, unless it is this machine", () => {
  expect(configured({ PUBLIC_ORIGIN: "http://chat.example" }).warnings).toHaveLength(1);
  expect(configured({ PUBLIC_ORIGIN: "http://localhost:8787" }).warnings).toEqual([]);
});

test("the description names every variable with its value", () => {
  const text = describeConfig(configured({ PORT: "4711", LIMIT_CONNECTIONS: "33" }).config);
  expect(text).toContain("PORT=4711");
  expect(text).toContain(
    "PUBLIC_ORIGIN=http://localhost:4711,http://127.0.0.1:4711,http://[::1]:4711",
  );
  expect(text).toMatch(/LIMIT_CONNECTIONS=33 +# sockets/);
  for (const name of LIMIT_NAMES) expect(text).toContain(`${LIMIT_SPECS[name].variable}=`);
});
