/** What Redis spends on one record: its own count of commands, and its own count of bytes. */
import { setTimeout as pause } from "node:timers/promises";
import type { Redis } from "ioredis";
import type { Contender, Seat } from "../fanout/contender.ts";
import { startServers } from "../fanout/process.ts";

const RECORDS = 3_000;
/** One after another of each sender, so that no post waits in a batch; well below saturation. */
const BATCH = 10;

export interface Cost {
  /** Calls by name for each accepted record, the most frequent first; those inside a script count too. */
  readonly commands: readonly (readonly [name: string, perRecord: number])[];
  /** Memory for each accepted record while it is kept. */
  readonly bytes: number;
}

/** One room, members spread over the relays; the room's state and joins are not counted. */
export async function costOfRecords(
  contender: Contender,
  redis: Redis,
  members: number,
): Promise<Cost> {
  const servers = await startServers(contender);
  try {
    const seats = await contender.fill(servers.ports, members, 1);
    const [sender] = seats;
    if (sender === undefined) throw new Error("an empty room");
    // Scripts are loaded and buffers have grown before anything is counted.
    await send(sender, RECORDS / 10);
    const bytesBefore = await usedBytes(redis);
    await redis.config("RESETSTAT");
    await send(sender, RECORDS);
    const commands = await callsByName(redis);
    const bytes = ((await usedBytes(redis)) - bytesBefore) / RECORDS;
    for (const seat of seats) seat.close();
    const own = ["info", "config|resetstat"];
    return {
      commands: commands
        .filter(([name, calls]) => !own.includes(name) && calls > 0)
        .map(([name, calls]) => [name, calls / RECORDS] as const)
        .toSorted(([, a], [, b]) => b - a),
      bytes,
    };
  } finally {
    await servers.stop();
    await redis.flushall();
  }
}

async function send(sender: Seat, count: number): Promise<void> {
  const until = sender.returned() + count;
  for (let sent = 0; sent < count; sent += BATCH) {
    sender.send(BATCH);
    while (sender.returned() < until - count + sent + BATCH) await pause(1);
  }
}

async function usedBytes(redis: Redis): Promise<number> {
  return Number(/used_memory_dataset:(\d+)/.exec(await redis.info("memory"))?.[1]);
}

async function callsByName(redis: Redis): Promise<readonly (readonly [string, number])[]> {
  const info = await redis.info("commandstats");
  return [...info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(
    ([, name = "", calls = "0"]) => [name, Number(calls)] as const,
  );
}
