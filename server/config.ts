/** The environment, read once: one frozen object, or every complaint at once (DESIGN §7a). */
import * as v from "valibot";
import {
  describeKafka,
  KAFKA_ENTRIES,
  type KafkaConfig,
  parseKafka,
  warnOfKafka,
} from "./config-kafka.ts";
import { LIMIT_NAMES, LIMIT_SPECS, type LimitName, type Limits } from "./config-limits.ts";
import {
  describePlace,
  REDIS_ALLOW_PERSISTENCE,
  REDIS_URL,
  type RedisConfig,
} from "./config-redis.ts";
import {
  describeRegion,
  parseRegion,
  REGION_ENTRIES,
  type RegionConfig,
  warnOfRegion,
} from "./config-region.ts";
import { wholeNumber } from "./config-values.ts";

export const LOG_LEVELS = ["silent", "error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const MODES = ["memory", "redis", "kafka"] as const;

export interface Config {
  /** Address to listen on. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Exact origins that pages may come from; empty: the loopback address itself. */
  readonly publicOrigins: readonly string[];
  readonly mode: (typeof MODES)[number];
  /** Null in `memory` mode. */
  readonly redis: RedisConfig | null;
  /** Null in other modes than `kafka`. */
  readonly kafka: KafkaConfig | null;
  /** Null in other modes than `kafka`. */
  readonly region: RegionConfig | null;
  /** Proxies of the operator's own before this relay, each adding one X-Forwarded-For entry. */
  readonly trustedProxyHops: number;
  readonly logLevel: LogLevel;
  /** Folder of the built client; null: where the build puts it. */
  readonly clientFolder: string | null;
  readonly limits: Limits;
}

export type Environment = { readonly [name: string]: string | undefined };

export type Configured =
  | { readonly kind: "configured"; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly kind: "refused"; readonly problems: readonly string[] };

const HOST = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9.:_-]{1,253}$/, "allowed: an IP address or a host name"),
);
const ORIGINS = v.pipe(
  v.string(),
  v.transform((text) => text.split(",").map((part) => part.trim())),
  v.array(
    v.custom<string>(
      isOrigin,
      "allowed: a comma-separated list of exact origins, such as https://chat.example (no path, no slash at the end)",
    ),
  ),
);

const SCHEMA = v.object({
  HOST: v.optional(HOST, "127.0.0.1"),
  PORT: v.optional(wholeNumber(0, 65_535), "8787"),
  PUBLIC_ORIGIN: v.optional(ORIGINS),
  MAYFLY_MODE: v.optional(v.picklist(MODES, `allowed: ${MODES.join(", ")}`), "memory"),
  REDIS_URL: v.optional(REDIS_URL),
  REDIS_ALLOW_PERSISTENCE: v.optional(REDIS_ALLOW_PERSISTENCE, "no"),
  ...KAFKA_ENTRIES,
  ...REGION_ENTRIES,
  TRUSTED_PROXY_HOPS: v.optional(wholeNumber(0, 16), "0"),
  LOG_LEVEL: v.optional(v.picklist(LOG_LEVELS, `allowed: ${LOG_LEVELS.join(", ")}`), "info"),
  CLIENT_FOLDER: v.optional(v.pipe(v.string(), v.nonEmpty("allowed: the path of a folder"))),
});
const OURS = /^(MAYFLY_|LIMIT_|REDIS_|KAFKA_|REGION|METRICS_|PUBLIC_ORIGIN|TRUSTED_PROXY)/;

/** Reads every variable of ours. Neither complaints nor warnings repeat a value: it may be a secret that slipped. */
export function parseConfig(environment: Environment): Configured {
  const problems: string[] = [];
  const parsed = v.safeParse(SCHEMA, environment);
  if (!parsed.success) {
    for (const issue of parsed.issues)
      problems.push(`${v.getDotPath(issue)?.split(".")[0]}: ${issue.message}`);
  }
  const limits = parseLimits(environment, problems);
  if (!parsed.success) return { kind: "refused", problems: [...new Set(problems)] };
  const { HOST: host, PUBLIC_ORIGIN: origins, MAYFLY_MODE: mode, REDIS_URL: place } = parsed.output;
  if (!isLoopback(host) && origins === undefined) {
    problems.push(
      "PUBLIC_ORIGIN: needed where HOST is not a loopback address, since the relay must know which pages are its own; allowed: a comma-separated list of exact origins, such as https://chat.example",
    );
  }
  if (mode !== "memory" && place === undefined) {
    problems.push(`REDIS_URL: needed where MAYFLY_MODE is ${mode}; such as redis://127.0.0.1:6379`);
  }
  const kafka = mode === "kafka" ? parseKafka(parsed.output, problems) : null;
  const region = mode === "kafka" ? parseRegion(parsed.output, problems) : null;
  if (problems.length > 0) return { kind: "refused", problems };
  const allowsPersistence = parsed.output.REDIS_ALLOW_PERSISTENCE;
  const config: Config = {
    host,
    port: parsed.output.PORT,
    publicOrigins: Object.freeze(origins ?? []),
    mode,
    redis: mode !== "memory" && place !== undefined ? { place, allowsPersistence } : null,
    kafka,
    region,
    trustedProxyHops: parsed.output.TRUSTED_PROXY_HOPS,
    logLevel: parsed.output.LOG_LEVEL,
    clientFolder: parsed.output.CLIENT_FOLDER ?? null,
    limits: Object.freeze(limits),
  };
  return { kind: "configured", config: Object.freeze(config), warnings: warn(environment, config) };
}

function parseLimits(environment: Environment, problems: string[]): Limits {
  const limits = new Map<LimitName, number>();
  for (const name of LIMIT_NAMES) {
    const { variable, value, least, most } = LIMIT_SPECS[name];
    const given = v.safeParse(wholeNumber(least, most), environment[variable] ?? String(value));
    if (given.success) limits.set(name, given.output);
    else problems.push(`${variable}: ${given.issues[0].message}`);
  }
  return Object.fromEntries(limits) as { [Name in LimitName]: number };
}

function warn(environment: Environment, config: Config): string[] {
  const warnings: string[] = [];
  const known = new Set<string>([
    ...Object.keys(SCHEMA.entries),
    ...LIMIT_NAMES.map((name) => LIMIT_SPECS[name].variable),
  ]);
  const unknown = Object.keys(environment).filter((name) => OURS.test(name) && !known.has(name));
  if (unknown.length > 0)
    warnings.push(`set, but without meaning in this version: ${unknown.toSorted().join(", ")}`);
  const idle = [
    ...(config.redis === null ? ["REDIS_URL", "REDIS_ALLOW_PERSISTENCE"] : []),
    ...(config.kafka === null ? Object.keys({ ...KAFKA_ENTRIES, ...REGION_ENTRIES }) : []),
  ].filter((name) => environment[name] !== undefined);
  if (idle.length > 0)
    warnings.push(
      `without meaning where MAYFLY_MODE is ${config.mode}: ${idle.toSorted().join(", ")}`,
    );
  if (config.redis?.allowsPersistence)
    warnings.push("REDIS_ALLOW_PERSISTENCE: sealed envelopes may be written to a disk by Redis");
  if (config.kafka !== null) warnings.push(...warnOfKafka(config.kafka));
  if (config.region !== null) warnings.push(...warnOfRegion(config.region));
  const plain = config.publicOrigins.filter(
    (origin) => origin.startsWith("http:") && !isLoopback(new URL(origin).hostname),
  );
  if (plain.length > 0)
    warnings.push(
      `PUBLIC_ORIGIN: without https anyone on the way can change the page: ${plain.join(", ")}`,
    );
  return warnings;
}

/** True for what a browser would send as Origin, to the letter. */
function isOrigin(text: unknown): boolean {
  if (typeof text !== "string" || !URL.canParse(text)) return false;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && url.origin === text;
}

function isLoopback(host: string): boolean {
  return (
    host === "localhost" || host === "::1" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host)
  );
}

/** The configuration for people, a line for each variable; what gives access to Redis or Kafka is masked. */
export function describeConfig(config: Config): string {
  const lines = [
    `HOST=${config.host}`,
    `PORT=${config.port}`,
    `PUBLIC_ORIGIN=${originsOf(config, config.port).join(",")}`,
    `MAYFLY_MODE=${config.mode}`,
    ...describeRedis(config.redis),
    ...describeKafka(config.kafka),
    ...describeRegion(config.region),
    `TRUSTED_PROXY_HOPS=${config.trustedProxyHops}`,
    `LOG_LEVEL=${config.logLevel}`,
    `CLIENT_FOLDER=${config.clientFolder ?? "dist/client"}`,
    ...LIMIT_NAMES.map((name) => {
      const { variable, means } = LIMIT_SPECS[name];
      return `${variable}=${config.limits[name]}`.padEnd(40) + `# ${means}`;
    }),
  ];
  return lines.join("\n");
}

function describeRedis(redis: RedisConfig | null): string[] {
  if (redis === null) return [];
  return [
    `REDIS_URL=${describePlace(redis.place)}`,
    `REDIS_ALLOW_PERSISTENCE=${redis.allowsPersistence ? "yes" : "no"}`,
  ];
}

/** Origins whose pages may connect: those configured, or on loopback the address itself, at `port`. */
export function originsOf(config: Config, port: number): readonly string[] {
  if (config.publicOrigins.length > 0) return config.publicOrigins;
  const own = config.host.includes(":") ? `[${config.host}]` : config.host;
  const names = ["localhost", "127.0.0.1", "[::1]"];
  // Another loopback address (127.0.0.2) is reached by itself only.
  return (names.includes(own) ? names : [own, ...names]).map(
    (name) => new URL(`http://${name}:${port}`).origin,
  );
}
