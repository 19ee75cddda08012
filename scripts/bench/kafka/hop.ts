/** How long a post takes back to its sender, and to somebody at the other relay. */
import { setTimeout as pause } from "node:timers/promises";
import type { Contender } from "../fanout/contender.ts";
import type { Times } from "../fanout/measure.ts";
import { startServers } from "../fanout/process.ts";

const POST_EVERY_MS = 10;

export interface Hop {
  /** Ages in ms, ascending. */
  readonly own: readonly number[];
  readonly other: readonly number[];
}

/** One room of two, each at a relay; one of them posts a hundred times a second. */
export async function measureHop(contender: Contender, times: Times): Promise<Hop> {
  const servers = await startServers(contender);
  try {
    const [sender, other] = await contender.fill(servers.ports, 2, 2);
    if (sender === undefined || other === undefined) throw new Error("a room of two");
    const timer = setInterval(() => sender.send(1), POST_EVERY_MS);
    await pause(times.warmUpMs);
    const ages: { readonly own: number[]; readonly other: number[] } = { own: [], other: [] };
    sender.watch((ageMs) => ages.own.push(ageMs));
    other.watch((ageMs) => ages.other.push(ageMs));
    await pause(times.measureMs);
    clearInterval(timer);
    sender.close();
    other.close();
    const ascending = (all: readonly number[]): number[] => all.toSorted((a, b) => a - b);
    return { own: ascending(ages.own), other: ascending(ages.other) };
  } finally {
    await servers.stop();
  }
}
