/** One look at where a room stands in Redis. */
import { parseUtf8 } from "../../../shared/bytes.ts";
import type { RoomNames } from "./keys.ts";
import type { RedisLink } from "./link.ts";

export interface Seen {
  /** Null: no room stands, as far as this run of Redis knows. */
  readonly incarnation: string | null;
  readonly head: number;
}

/** @throws where Redis is away. */
export async function lookUp(link: RedisLink, names: RoomNames): Promise<Seen> {
  const runId = link.runIdOf(names.state);
  if (runId === null) throw new Error("Redis is away");
  const reply = await link.command("HMGET", names.state, "@incarnation", "@head", "@run");
  const [incarnation, head, run] = (Array.isArray(reply) ? (reply as unknown[]) : []).map(textOf);
  // A state of another run is of a Redis that is no more: what it says of the tail cannot be trusted.
  if (!incarnation || run !== runId) return { incarnation: null, head: 0 };
  return { incarnation, head: Number(head) };
}

function textOf(value: unknown): string {
  return value instanceof Uint8Array ? (parseUtf8(value) ?? "") : "";
}
