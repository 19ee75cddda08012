/**
 * The servers that hold rooms, one or a cluster's: which holds a key now, and which run of it that is. Nothing
 * is queued while one is away and nothing is sent twice (DESIGN §2: otherwise a stalled EVAL is replayed
 * into a restarted, empty Redis). In a cluster too each command goes to one known run, never along a
 * redirection: a replica that took over lacks the tail, and holds states that name the run before it.
 */
import { Cluster, Command, Redis } from "ioredis";

/** A command without an answer for so long has failed; whether it was carried out is unknown. */
export const COMMAND_TIMEOUT_MS = 3_000;
const CONNECT_TIMEOUT_MS = 3_000;
/** A connection with open questions on which nothing comes for so long is dead. */
const SILENCE_MS = 5_000;
const RECONNECT_MOST_MS = 500;
/** A cluster's nodes are asked this often who holds what, beside whenever something fails. */
const SLOTS_MS = 10_000;

/** Where Redis is: one address, or several of a cluster. */
export type RedisPlace =
  | { readonly kind: "server"; readonly url: string }
  | {
      readonly kind: "cluster";
      readonly nodes: readonly { readonly host: string; readonly port: number }[];
      /** Empty where there is none. */
      readonly username: string;
      readonly password: string;
      readonly isTls: boolean;
    };

/** A server on a connection that stands, and the run id that it told at that connection's start. */
export interface Holder {
  readonly redis: Redis;
  readonly runId: string;
}

export interface Servers {
  /** Null while the server that holds the key is away, or has not told its run id yet. */
  holderOf(key: string): Holder | null;
  /** Every server that holds keys. */
  all(): readonly Redis[];
  readonly subscriber: Redis | Cluster;
  /** Something said that others hold the keys now. */
  refresh(): void;
  /** Resolves when every server has told its run id. @throws with a reason where that takes too long. */
  connected(): Promise<void>;
  close(): void;
}

const SHARED = {
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  commandTimeout: COMMAND_TIMEOUT_MS,
  connectTimeout: CONNECT_TIMEOUT_MS,
  socketTimeout: SILENCE_MS,
  disableClientInfo: true,
  // A server that became a replica is not the one to ask any more.
  reconnectOnError: (error: Error) => error.message.startsWith("READONLY"),
};
const again = (times: number): number => Math.min(50 * times, RECONNECT_MOST_MS);

/** Connects. `back` is called when a server has told its run id on a new connection. */
export function createServers(place: RedisPlace, back: () => void): Servers {
  const runIds = new Map<Redis, string>();
  let trouble = "";
  let told: (() => void)[] = [];

  function watch(server: Redis): void {
    server.on("close", () => {
      runIds.delete(server);
      refresh();
    });
    // Each failure ends in "close"; an unheard "error" would end the process.
    server.on("error", (error) => {
      trouble = reasonOf(error);
    });
    server.on("ready", () => void meet(server));
    if (server.status === "wait") server.connect().catch(() => undefined);
  }

  async function meet(server: Redis): Promise<void> {
    try {
      runIds.set(server, await readRunId(server));
    } catch (error) {
      trouble = reasonOf(error);
      return server.disconnect(true);
    }
    back();
    for (const listener of told) listener();
  }

  const { single, cluster, subscriber } = open(place, watch);

  function all(): readonly Redis[] {
    return cluster === null ? (single ?? []) : cluster.nodes("master");
  }

  function refresh(): void {
    if (cluster?.status === "ready") cluster.refreshSlotsCache();
  }

  function serverOf(key: string): Redis | undefined {
    if (cluster === null) return single?.[0];
    const address = cluster.slots[new Command("get", [key]).getSlot()]?.[0];
    return cluster.nodes("master").find((node) => addressOf(node) === address);
  }

  function isWhole(): boolean {
    return (
      subscriber.status === "ready" &&
      all().length > 0 &&
      all().every((server) => runIds.has(server))
    );
  }

  return {
    holderOf(key) {
      const redis = serverOf(key);
      const runId = redis?.status === "ready" ? runIds.get(redis) : undefined;
      return redis === undefined || runId === undefined ? null : { redis, runId };
    },
    all,
    subscriber,
    refresh,
    connected() {
      if (isWhole()) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`It does not answer: ${trouble || "no reason known"}`)),
          2 * CONNECT_TIMEOUT_MS,
        );
        const check = (): void => {
          if (!isWhole()) return;
          clearTimeout(timer);
          told = [];
          resolve();
        };
        told.push(check);
        subscriber.on("ready", check);
      });
    },
    close() {
      for (const server of single ?? []) server.disconnect();
      subscriber.disconnect();
    },
  };
}

interface Opened {
  readonly single: readonly Redis[] | null;
  readonly cluster: Cluster | null;
  readonly subscriber: Redis | Cluster;
}

function open(place: RedisPlace, watch: (server: Redis) => void): Opened {
  if (place.kind === "server") {
    const options = { ...SHARED, enableOfflineQueue: false, retryStrategy: again };
    const commands = new Redis(place.url, options);
    watch(commands);
    // Its own way to subscribe again rejects unheard where the connection fails anew.
    const subscriber = new Redis(place.url, { ...options, autoResubscribe: false });
    subscriber.on("error", () => undefined);
    return { single: [commands], cluster: null, subscriber };
  }
  const { nodes, username, password, isTls } = place;
  const cluster = new Cluster([...nodes], {
    enableOfflineQueue: false,
    shardedSubscribers: true,
    redisOptions: { ...SHARED, username, password, ...(isTls ? { tls: {} } : {}) },
    clusterRetryStrategy: again,
    clusterNodeRetryStrategy: again,
    slotsRefreshTimeout: COMMAND_TIMEOUT_MS,
    slotsRefreshInterval: SLOTS_MS,
  });
  cluster.on("error", () => undefined);
  cluster.on("+node", watch);
  return { single: null, cluster, subscriber: cluster };
}

async function readRunId(server: Redis): Promise<string> {
  const runId = /run_id:([0-9a-f]{40})/.exec(await server.info("server"))?.[1];
  if (runId === undefined) throw new Error("Redis does not tell its run id");
  return runId;
}

/** Such as ECONNREFUSED or WRONGPASS: never an address or more of the text. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const text = error instanceof Error ? error.message : "";
  return /^[A-Z_]{4,40}/.exec(code || text)?.[0] ?? trimmed(text);
}

function trimmed(text: string): string {
  return text.replaceAll(/[^\w ]/g, "").slice(0, 60);
}

function addressOf({ options }: Redis): string {
  return `${options.host ?? ""}:${options.port ?? 0}`;
}
