/** What the driver says to Redis: scripts, plain commands, sharded channels. */
import { createHash } from "node:crypto";
import { Cluster, type Redis, ReplyError } from "ioredis";
import { createServers, type Holder, type RedisPlace } from "./servers.ts";

type Argument = string | number | Buffer;

/** Of servers whose scripts are remembered. */
const MOST_RUNS = 64;

export interface RedisLink {
  /** The run id of the server that holds this key now; null while that is not known. */
  runIdOf(key: string): string | null;
  /** Runs a script with one key; it is sent whole only where Redis does not know it. @throws */
  script(lua: string, key: string, args: readonly Argument[]): Promise<unknown>;
  /** The same, and the script's first argument is the run id of the very server that runs it. */
  scriptOfRun(lua: string, key: string, args: readonly Argument[]): Promise<unknown>;
  /** One command, its key first; texts come back as buffers. @throws */
  command(name: string, key: string, ...args: readonly Argument[]): Promise<unknown>;
  /** @throws where the channel's server cannot be reached. */
  subscribe(channel: string): Promise<void>;
  unsubscribe(channel: string): Promise<void>;
  /** Every server that holds keys; for checks. */
  servers(): readonly Redis[];
  /** Asks every connection for a sign of life. @throws where a server does not give it. */
  ping(): Promise<void>;
  /** Resolves when every server is there. @throws with a reason where that takes some seconds. */
  connected(): Promise<void>;
  close(): void;
}

export interface LinkEvents {
  item(channel: string, bytes: Buffer): void;
  /** A connection came (back): what was published meanwhile may be missed, another run may stand. */
  back(): void;
}

/** Connects, and connects again whenever a connection is lost. */
export function createRedisLink(place: RedisPlace, events: LinkEvents): RedisLink {
  const servers = createServers(place, () => events.back());
  const { subscriber } = servers;
  const channels = new Set<string>();
  const shas = new Map<string, string>();
  const sentTo = new Map<string, Set<string>>();
  const corked = new Set<Redis["stream"]>();
  let isClosed = false;

  subscriber.on("smessageBuffer", (channel: Buffer, bytes: Buffer) =>
    events.item(channel.toString(), bytes),
  );
  if (subscriber instanceof Cluster) {
    for (const event of ["ready", "subscribersReady"]) subscriber.on(event, () => events.back());
  } else subscriber.on("ready", () => void subscribeAgain(subscriber));

  async function subscribeAgain(to: Redis): Promise<void> {
    try {
      await Promise.all(Array.from(channels, (channel) => to.ssubscribe(channel)));
      events.back();
    } catch {
      if (!isClosed) to.disconnect(true);
    }
  }

  function holderOf(key: string): Holder {
    if (isClosed) throw new Error("the log is closed");
    const holder = servers.holderOf(key);
    if (holder === null) throw new Error("Redis is away");
    return holder;
  }

  /** What is said in one turn of the event loop leaves in one write. */
  function cork({ stream }: Redis): void {
    if (corked.has(stream)) return;
    corked.add(stream);
    stream.cork();
    setImmediate(() => {
      corked.delete(stream);
      stream.uncork();
    });
  }

  async function send(redis: Redis, name: string, args: readonly Argument[]): Promise<unknown> {
    cork(redis);
    try {
      return await redis.callBuffer(name, ...args);
    } catch (error) {
      if (isReply(error) && /^(MOVED|ASK|CLUSTERDOWN)/.test(error.message)) servers.refresh();
      throw isReply(error) ? error : new Error("Redis is away", { cause: error });
    }
  }

  function shaOf(lua: string): string {
    const known = shas.get(lua);
    if (known !== undefined) return known;
    const sha = createHash("sha1").update(lua).digest("hex");
    shas.set(lua, sha);
    return sha;
  }

  /** True where this run of Redis was sent the script before. */
  function isKnown(runId: string, lua: string): boolean {
    const known = sentTo.get(runId) ?? new Set();
    // A run that is no more is not asked again.
    if (known.size === 0 && sentTo.size > MOST_RUNS) sentTo.clear();
    sentTo.set(runId, known);
    const wasSent = known.has(lua);
    known.add(lua);
    return wasSent;
  }

  async function run(
    lua: string,
    key: string,
    argsOf: (runId: string) => readonly Argument[],
  ): Promise<unknown> {
    const { redis, runId } = holderOf(key);
    // Sent whole the first time: calls that follow it must not overtake it while it is sent again.
    if (!isKnown(runId, lua)) return send(redis, "EVAL", [lua, "1", key, ...argsOf(runId)]);
    try {
      return await send(redis, "EVALSHA", [shaOf(lua), "1", key, ...argsOf(runId)]);
    } catch (error) {
      // A server that has not seen the script has not run it, and may be another run by now.
      if (!isReply(error) || !error.message.startsWith("NOSCRIPT")) throw error;
      const holder = holderOf(key);
      return send(holder.redis, "EVAL", [lua, "1", key, ...argsOf(holder.runId)]);
    }
  }

  return {
    runIdOf: (key) => servers.holderOf(key)?.runId ?? null,
    script: async (lua, key, args) => run(lua, key, () => args),
    scriptOfRun: async (lua, key, args) => run(lua, key, (runId) => [runId, ...args]),
    command: async (name, key, ...args) => send(holderOf(key).redis, name, [key, ...args]),
    async subscribe(channel) {
      channels.add(channel);
      try {
        await subscriber.ssubscribe(channel);
      } catch (cause) {
        throw new Error("Redis is away", { cause });
      }
    },
    async unsubscribe(channel) {
      channels.delete(channel);
      await subscriber.sunsubscribe(channel);
    },
    servers: () => servers.all(),
    async ping() {
      if (isClosed) throw new Error("the log is closed");
      if (subscriber.status !== "ready") throw new Error("Redis is away");
      // A dead subscription is found by its silence; a cluster's are seen to by the library.
      const asked = subscriber instanceof Cluster ? [] : [subscriber];
      await Promise.all([...servers.all(), ...asked].map((server) => server.ping()));
    },
    connected: () => servers.connected(),
    close() {
      isClosed = true;
      servers.close();
    },
  };
}

/** True for what Redis itself answered; anything else is about the connection. */
function isReply(error: unknown): error is Error {
  return error instanceof ReplyError;
}
