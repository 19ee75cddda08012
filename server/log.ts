/**
 * The relay's log: JSON lines on stdout, and an allow-list of what may stand in them (HOSTILE §10).
 * No route id, address, URL, user agent or frame: what is not a field here cannot be logged.
 */
import { pino } from "pino";
import type { LogLevel } from "./config.ts";

/** Everything that a relay ever reports. */
export const LOG_EVENTS = [
  "configured",
  "warning",
  "listening",
  "listen-failed",
  "refused",
  "connected",
  "closed",
  "room",
  "fault",
  "redis-unfit",
  "redis-fit",
  "order",
  "draining",
  "drained",
  "stopped",
  "crashed",
] as const;
export type LogEvent = (typeof LOG_EVENTS)[number];

export interface LogFields {
  /** Why, as a short code: a close code, an HTTP status, a word of ours. */
  readonly reason?: number | string;
  /** Random, for one connection; derived from nothing. */
  readonly connection?: string;
  /** How many, in the event's own unit. */
  readonly count?: number;
  /** This relay's own public origin, and the port that it listens on. */
  readonly origin?: string;
  readonly port?: number;
  /** A sentence of ours, about the configuration only. */
  readonly note?: string;
  /** Name of a fault's class, and where in our code it arose; never its text. */
  readonly fault?: string;
  readonly at?: string;
}

export interface Logger {
  debug(event: LogEvent, fields?: LogFields): void;
  info(event: LogEvent, fields?: LogFields): void;
  warn(event: LogEvent, fields?: LogFields): void;
  error(event: LogEvent, fields?: LogFields): void;
}

/** Per field what its value must look like: a stray object or a frame's bytes match none. */
const ALLOWED: { readonly [Name in keyof Required<LogFields>]: RegExp } = {
  reason: /^[a-z0-9-]{1,40}$/,
  connection: /^[A-Za-z0-9_-]{1,16}$/,
  count: /^[0-9]{1,16}$/,
  origin: /^https?:\/\/[A-Za-z0-9.[\]:-]{1,260}$/,
  port: /^[0-9]{1,5}$/,
  note: /^[ -~]{1,1000}$/,
  fault: /^[A-Za-z0-9_]{1,60}$/,
  at: /^[\w$@./:<> [\]-]{1,300}$/,
};
const NAMES = Object.keys(ALLOWED) as readonly (keyof LogFields)[];

/** The allowed fields of what a caller passed, whatever its type claims. */
function allowedOf(fields: LogFields): { [name: string]: string | number } {
  const allowed: { [name: string]: string | number } = {};
  for (const name of NAMES) {
    const value: unknown = fields[name];
    if (typeof value !== "string" && typeof value !== "number") continue;
    if (ALLOWED[name].test(String(value))) allowed[name] = value;
  }
  return allowed;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** Random name of this process, to tell relays apart. */
  readonly instance: string;
  /** Takes each line; stdout where absent. */
  readonly write?: (line: string) => void;
}

/** A logger that writes allowed fields only, synchronously, so that the last line before an exit is there. */
export function createLogger({ level, instance, write }: LogOptions): Logger {
  const stream = write === undefined ? pino.destination({ dest: 1, sync: true }) : { write };
  const sink = pino(
    {
      level,
      base: { instance },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  const known = new Set<string>(LOG_EVENTS);
  const at =
    (severity: "debug" | "info" | "warn" | "error") =>
    (event: LogEvent, fields: LogFields = {}): void => {
      sink[severity]({ event: known.has(event) ? event : "unknown", ...allowedOf(fields) });
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** Of a fault: its class and the first line of our code in its stack, without its text or folders above. */
export function faultFields(fault: unknown): LogFields {
  if (!(fault instanceof Error)) return { fault: "unknown" };
  const frames = (fault.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  const place = /((?:server|shared)\/[\w./-]+:\d+:\d+)/.exec(frames.join("\n"))?.[1];
  return { fault: fault.name, ...(place === undefined ? {} : { at: place }) };
}
