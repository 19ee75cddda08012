/**
 * The connections to Redis, one server or a cluster: scripts, plain commands, sharded channels. Nothing
 * is queued while it is away and nothing is sent twice (DESIGN §2: otherwise a stalled EVAL is replayed
 * into a restarted, empty Redis).
 */
import { createHash } from "node:crypto";
import calculateSlot from "cluster-key-slot";
import { Cluster, Redis } from "ioredis";

/** A command without an answer for so long has failed; whether it was carried out is unknown. */
const COMMAND_TIMEOUT_MS = 3_000;
const CONNECT_TIMEOUT_MS = 3_000;
const RECONNECT_MOST_MS = 500;

type Argument = string | number | Buffer;

export interface RedisLink {
  /** The run id of the server that holds this key now; null while that is not known. */
  runIdOf(key: string): string | null;
  /** Runs a script with one key; it is sent whole only where Redis does not know it. @throws */
  script(lua: string, key: string, args: readonly Argument[]): Promise<unknown>;
  /** One command, its key first; texts come back as buffers. @throws */
  command(name: string, key: string, ...args: readonly Argument[]): Promise<unknown>;
  subscribe(channel: string): Promise<void>;
  unsubscribe(channel: string): Promise<void>;
  /** Every server that holds keys; for checks. */
  servers(): readonly Redis[];
  /** Resolves at the first connection. @throws where there is none within a few seconds. */
  connected(): Promise<void>;
  close(): void;
}

export interface LinkEvents {
  item(channel: string, bytes: Buffer): void;
  /** A connection came (back): what was published meanwhile may be missed, another run may stand. */
  back(): void;
}

/** Where Redis is: one address, or several of a cluster. */
export type RedisPlace =
  | { readonly kind: "server"; readonly url: string }
  | {
      readonly kind: "cluster";
      readonly nodes: readonly { readonly host: string; readonly port: number }[];
      readonly username: string;
      readonly password: string;
    };

const SHARED = {
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  commandTimeout: COMMAND_TIMEOUT_MS,
  connectTimeout: CONNECT_TIMEOUT_MS,
};
const again = (times: number): number => Math.min(50 * times, RECONNECT_MOST_MS);

export function createRedisLink(place: RedisPlace, events: LinkEvents): RedisLink {
  const runIds = new Map<string, string>();
  const shas = new Map<string, string>();

  /** Reads a server's run id at the start of each connection; until then its keys are not written. */
  function watch(server: Redis): void {
    const name = addressOf(server);
    server.on("close", () => runIds.delete(name));
    const read = (): void => {
      readRunId(server).then(
        (runId) => {
          runIds.set(name, runId);
          return events.back();
        },
        () => server.disconnect(true),
      );
    };
    if (server.status === "ready") read();
    server.on("ready", read);
    // Each failure ends in "close"; an unheard "error" would end the process.
    server.on("error", () => undefined);
  }

  const { commands, subscriber, single } = open(place, watch);
  subscriber.on("smessageBuffer", (channel: Buffer, bytes: Buffer) =>
    events.item(channel.toString(), bytes),
  );
  subscriber.on("ready", () => events.back());
  subscriber.on("subscribersReady", () => events.back());

  function runIdOf(key: string): string | null {
    if (single !== null) return runIds.get(addressOf(single)) ?? null;
    if (!(commands instanceof Cluster)) return null;
    const address = commands.slots[calculateSlot(key)]?.[0];
    return address === undefined ? null : (runIds.get(address) ?? null);
  }

  function shaOf(lua: string): string {
    const known = shas.get(lua);
    if (known !== undefined) return known;
    const sha = createHash("sha1").update(lua).digest("hex");
    shas.set(lua, sha);
    return sha;
  }

  return {
    runIdOf,
    async script(lua, key, args) {
      try {
        return await commands.callBuffer("EVALSHA", shaOf(lua), "1", key, ...args);
      } catch (error) {
        // A server that restarted has forgotten the script, and has not run it.
        if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
        return commands.callBuffer("EVAL", lua, "1", key, ...args);
      }
    },
    command: (name, key, ...args) => commands.callBuffer(name, key, ...args),
    async subscribe(channel) {
      await subscriber.ssubscribe(channel);
    },
    async unsubscribe(channel) {
      await subscriber.sunsubscribe(channel);
    },
    servers: () => (commands instanceof Cluster ? commands.nodes("master") : [commands]),
    connected: () => connected(commands),
    close() {
      commands.disconnect();
      if (subscriber !== commands) subscriber.disconnect();
    },
  };
}

interface Opened {
  readonly commands: Redis | Cluster;
  readonly subscriber: Redis | Cluster;
  readonly single: Redis | null;
}

function open(place: RedisPlace, watch: (server: Redis) => void): Opened {
  if (place.kind === "server") {
    const options = { ...SHARED, enableOfflineQueue: false, retryStrategy: again };
    const commands = new Redis(place.url, options);
    // Subscriptions are made again by themselves; one asked for while the connection is away waits for it.
    const subscriber = new Redis(place.url, { ...options, enableOfflineQueue: true });
    subscriber.on("error", () => undefined);
    watch(commands);
    return { commands, subscriber, single: commands };
  }
  const cluster = new Cluster([...place.nodes], {
    enableOfflineQueue: false,
    shardedSubscribers: true,
    redisOptions: { ...SHARED, username: place.username, password: place.password },
    clusterRetryStrategy: again,
    clusterNodeRetryStrategy: again,
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    slotsRefreshTimeout: COMMAND_TIMEOUT_MS,
  });
  cluster.on("error", () => undefined);
  cluster.on("+node", watch);
  return { commands: cluster, subscriber: cluster, single: null };
}

function connected(commands: Redis | Cluster): Promise<void> {
  if (commands.status === "ready") return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error("Redis does not answer")),
      2 * CONNECT_TIMEOUT_MS,
    );
    commands.once("ready", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function readRunId(server: Redis): Promise<string> {
  const runId = /run_id:([0-9a-f]{40})/.exec(await server.info("server"))?.[1];
  if (runId === undefined) throw new Error("Redis does not tell its run id");
  return runId;
}

function addressOf({ options }: Redis): string {
  return `${options.host ?? ""}:${options.port ?? 0}`;
}
