/**
 * Clients of the brokers: TLS, a user, and sockets that we make ourselves, so that no connection that the
 * library opens by itself, and no silence on one, escapes us. The library's own log goes nowhere: it has values in it.
 */
import { connect as connectPlain, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type ISocketFactory, Kafka, logLevel, type SASLOptions } from "kafkajs";
import type { Clock } from "../../../../shared/clock.ts";

/** Where Kafka is, and who we are there. */
export interface KafkaPlace {
  /** host:port of each broker by which the others are found. */
  readonly brokers: readonly string[];
  /** Null: without TLS. `ca`: certificates (PEM) to trust instead of the system's; null: the system's. */
  readonly tls: { readonly ca: string | null } | null;
  readonly user: KafkaUser | null;
}

export interface KafkaUser {
  readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
  readonly name: string;
  readonly password: string;
}

/** Something that went wrong and is being repaired; `reason` is an error's name, never a value. */
export interface KafkaTrouble {
  readonly what: "reading-ended" | "reading-stalled" | "produce-failed" | "produce-overflowed";
  readonly reason: string;
}

export interface KafkaLinkParts {
  readonly clock: Clock;
  readonly report?: (trouble: KafkaTrouble) => void;
}

export interface KafkaLink {
  readonly clock: Clock;
  report(what: KafkaTrouble["what"], fault: unknown): void;
  /** A client with connections of its own; `connecting` is called at the beginning of each. */
  client(options: ClientOptions): KafkaClient;
}

export interface ClientOptions {
  /** A request without an answer for so long has failed. */
  readonly requestTimeoutMs: number;
  /** How often the library itself tries again, its pauses growing from 100 to 500 ms. */
  readonly retries: number;
  readonly connecting?: () => void;
}

export interface KafkaClient {
  readonly kafka: Kafka;
  /** How long ago a broker last sent anything; from the client's making where none has. */
  silentForMs(): number;
  hasConnection(): boolean;
  /** Breaks every connection, so that whatever waits on one fails now. */
  breakConnections(): void;
}

/** A connection, its TLS handshake included, that takes longer has failed. */
const CONNECT_TIMEOUT_MS = 3_000;
const KEEP_ALIVE_MS = 10_000;

/** Connects nowhere yet. */
export function createKafkaLink(place: KafkaPlace, { clock, report }: KafkaLinkParts): KafkaLink {
  return {
    clock,
    report: (what, fault) => report?.({ what, reason: reasonOf(fault) }),
    client: (options) => createClient(place, clock, options),
  };
}

function createClient(place: KafkaPlace, clock: Clock, options: ClientOptions): KafkaClient {
  const { tls, user } = place;
  const sockets = new Set<Socket>();
  let heardAtMs = clock.now();

  const socketFactory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    options.connecting?.();
    const named = isIP(host) === 0 ? { servername: host } : {};
    const socket: Socket =
      tls === null
        ? connectPlain({ host, port }, onConnect)
        : connectTls({ host, port, ...named, ...ssl }, onConnect);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on("data", () => (heardAtMs = clock.now()));
    socket.on("close", () => sockets.delete(socket));
    return socket;
  };

  const kafka = new Kafka({
    clientId: "mayfly",
    brokers: [...place.brokers],
    ...(tls === null ? {} : { ssl: tls.ca === null ? {} : { ca: [tls.ca] } }),
    ...(user === null ? {} : { sasl: saslOf(user) }),
    connectionTimeout: CONNECT_TIMEOUT_MS,
    authenticationTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: options.requestTimeoutMs,
    // Each is said: the library's defaults differ where NODE_ENV is "test".
    retry: {
      initialRetryTime: 100,
      maxRetryTime: 500,
      factor: 0.2,
      multiplier: 2,
      retries: options.retries,
    },
    socketFactory,
    logLevel: logLevel.NOTHING,
    logCreator: () => () => undefined,
  });
  return {
    kafka,
    silentForMs: () => clock.now() - heardAtMs,
    hasConnection: () => [...sockets].some((socket) => socket.readyState === "open"),
    breakConnections() {
      // With an error: the library hears nothing of a socket that is merely closed.
      for (const socket of sockets) socket.destroy(new Error("given up"));
    },
  };
}

function saslOf({ mechanism, name: username, password }: KafkaUser): SASLOptions {
  return { mechanism, username, password };
}

/** Such as ECONNREFUSED, NOT_LEADER_OR_FOLLOWER or KafkaJSConnectionError: never more of the text. */
export function reasonOf(fault: unknown): string {
  if (!(fault instanceof Error)) return "unknown";
  const { name } = fault;
  const own = textOf(fault, "type") ?? textOf(fault, "code");
  const cause = fault.cause instanceof Error && own === null ? reasonOf(fault.cause) : null;
  return plain(own ?? cause ?? name);
}

function textOf(fault: Error, field: string): string | null {
  const value: unknown = Object.entries(fault).find(([name]) => name === field)?.[1];
  return typeof value === "string" ? value : null;
}

function plain(text: string): string {
  return text.replaceAll(/\W/g, "").slice(0, 60) || "unknown";
}

/** What `work` gives, or a rejection after `ms`; what it gives later goes nowhere. */
export async function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  let stop = (): void => undefined;
  const late = new Promise<never>((_, reject) => {
    stop = clock.after(ms, () => reject(new Error("no answer in time")));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    stop();
  }
}
