/** Looks at every key of Redis while a run goes on: lifetimes, and whether anything readable is in there. */
import { setTimeout as pause } from "node:timers/promises";
import type { Redis } from "ioredis";

export interface KeyFindings {
  /** Keys looked at, in all. */
  readonly keys: number;
  readonly looks: number;
  /** Names of keys that had no TTL when looked at. */
  readonly withoutTtl: readonly string[];
  /** Names of keys that hold the canary. */
  readonly readable: readonly string[];
}

export interface KeyWatch {
  findings(): KeyFindings;
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 1_000;
const LOOK_MOST_MS = 5_000;
const SCAN_COUNT = 1_000;

/** Every key of a server. @throws where it does not answer. */
export async function keysOf(redis: Redis): Promise<readonly string[]> {
  const all: string[] = [];
  let cursor = "0";
  do {
    const [next, keys] = await redis.scan(cursor, "COUNT", SCAN_COUNT);
    all.push(...keys);
    cursor = next;
  } while (cursor !== "0");
  return [...new Set(all)];
}

/** `redis` gives the server that is in charge now; what cannot be reached is looked at later. */
export function startKeyWatch(redis: () => Redis, canary: string): KeyWatch {
  const known = new Set<string>();
  const withoutTtl: string[] = [];
  const readable: string[] = [];
  let looks = 0;
  const stopping = new AbortController();

  /** Records never change, so a key is searched once; states and GroupInfos do, so they are searched each time. */
  async function look(): Promise<void> {
    const server = redis();
    const keys = await keysOf(server);
    const fresh = keys.filter((key) => !known.has(key) || !/:\d+$/.test(key));
    const asks = server.pipeline();
    for (const key of fresh) asks.pttl(key).type(key).dumpBuffer(key);
    const answers = (await asks.exec()) ?? [];
    const values = server.pipeline();
    for (const [i, key] of fresh.entries()) {
      known.add(key);
      const [ttlMs, type, dump] = [0, 1, 2].map((at) => answers[3 * i + at]?.[1]);
      if (ttlMs === -1) withoutTtl.push(key);
      if (holds(dump, canary)) readable.push(key);
      // A dump may be compressed, so the value is read as well.
      if (type === "hash") values.hgetallBuffer(key);
      else values.getBuffer(key);
    }
    for (const [i, answer] of ((await values.exec()) ?? []).entries()) {
      const key = fresh[i];
      if (key !== undefined && holds(answer[1], canary)) readable.push(key);
    }
    looks += 1;
  }

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      // A server that was killed may leave a look without any answer.
      await Promise.race([look().catch(() => undefined), pause(LOOK_MOST_MS)]);
      await pause(LOOK_EVERY_MS);
    }
  }

  const watching = watch();
  return {
    findings: () => ({ keys: known.size, looks, withoutTtl, readable }),
    async stop() {
      stopping.abort();
      await watching;
    },
  };
}

function holds(value: unknown, canary: string): boolean {
  if (Buffer.isBuffer(value) || typeof value === "string") return value.includes(canary);
  return value !== null && typeof value === "object"
    ? Object.entries(value)
        .flat()
        .some((field) => holds(field, canary))
    : false;
}
