/**
 * Whether Redis is fit to hold rooms: new enough, nothing on a disk, nothing evicted. Asked before a relay
 * starts (then it does not) and every minute while it runs (then it is unready and says so, but the rooms
 * that stand go on: cutting people off would take nothing back from a disk).
 */
import type { Redis } from "ioredis";
import type { Clock, Stop } from "../../../shared/clock.ts";
import type { RedisLink } from "./link.ts";

/** Sharded pub/sub came with it. */
const LEAST_VERSION = 7;
const LOOK_MS = 60_000;

export interface Fitness {
  /** The operator has said by name that Redis may write to a disk. */
  readonly allowsPersistence: boolean;
}

/** What is unfit, in sentences for the operator; empty: all is well. @throws where a server does not answer. */
export async function findUnfit(link: RedisLink, fitness: Fitness): Promise<readonly string[]> {
  const found = await Promise.all(link.servers().map((server) => findUnfitOf(server, fitness)));
  return [...new Set(found.flat())];
}

async function findUnfitOf(server: Redis, { allowsPersistence }: Fitness): Promise<string[]> {
  const facts = parseFacts(await server.info());
  const problems: string[] = [];
  const version = facts.get("redis_version") ?? "";
  if (!(Number.parseInt(version, 10) >= LEAST_VERSION)) {
    problems.push(`Redis is of version ${plain(version)}; needed: ${LEAST_VERSION} or newer`);
  }
  const eviction = facts.get("maxmemory_policy") ?? "";
  if (facts.get("maxmemory") !== "0" && eviction !== "noeviction") {
    problems.push(
      `Redis may evict rooms that stand: maxmemory-policy is ${plain(eviction)}; needed: noeviction`,
    );
  }
  if (!allowsPersistence) problems.push(...(await findPersistence(server, facts)));
  return problems;
}

async function findPersistence(
  server: Redis,
  facts: ReadonlyMap<string, string>,
): Promise<string[]> {
  const override = "or REDIS_ALLOW_PERSISTENCE=yes in this relay's environment";
  const problems: string[] = [];
  if (facts.get("aof_enabled") !== "0") {
    problems.push(`Redis writes every record to a disk: appendonly is on; needed: no, ${override}`);
  }
  const save = await readSave(server);
  if (save === null) {
    problems.push(
      `Redis does not let this relay see whether it writes to a disk; needed: the right to CONFIG GET, ${override}`,
    );
  } else if (save !== "") {
    problems.push(
      `Redis writes snapshots to a disk: save is not empty; needed: save "", ${override}`,
    );
  }
  return problems;
}

/** The save points; null where the user may not ask. */
async function readSave(server: Redis): Promise<string | null> {
  try {
    const reply: unknown = await server.call("CONFIG", "GET", "save");
    const [, value] = Array.isArray(reply) ? (reply as unknown[]) : [];
    return typeof value === "string" ? value : null;
  } catch (error) {
    const text = error instanceof Error ? error.message : "";
    if (/^(NOPERM|ERR unknown)/.test(text)) return null;
    throw error;
  }
}

function parseFacts(info: string): Map<string, string> {
  const facts = new Map<string, string>();
  for (const line of info.split(/\r?\n/)) {
    const at = line.indexOf(":");
    if (at > 0) facts.set(line.slice(0, at), line.slice(at + 1));
  }
  return facts;
}

/** What Redis says, as far as it may stand in a log. */
function plain(text: string): string {
  return text.replaceAll(/[^\w.-]/g, "").slice(0, 40) || "unknown";
}

export interface FitnessWatch {
  /** As of the last look; a Redis that is away is another matter. */
  isFit(): boolean;
  stop(): void;
}

export interface FitnessWatchParts extends Fitness {
  readonly link: RedisLink;
  readonly clock: Clock;
  /** Told at each look that finds something, and once (with nothing) when all is well again. */
  readonly found: (problems: readonly string[]) => void;
}

/** Looks every minute from now on. */
export function watchFitness({ link, clock, found, ...fitness }: FitnessWatchParts): FitnessWatch {
  let isFit = true;
  let stop: Stop = () => undefined;
  let isStopped = false;

  async function look(): Promise<void> {
    try {
      const problems = await findUnfit(link, fitness);
      if (isStopped) return;
      if (problems.length > 0 || !isFit) found(problems);
      isFit = problems.length === 0;
    } catch {
      // Away: the log itself says so.
    }
    if (!isStopped) lookLater();
  }

  function lookLater(): void {
    stop = clock.after(LOOK_MS, () => void look());
  }

  lookLater();
  return {
    isFit: () => isFit,
    stop() {
      isStopped = true;
      stop();
    },
  };
}
