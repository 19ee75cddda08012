/** One look at where a room stands in Redis. */
import { parseHex } from "../../../shared/bytes.ts";
import { INCARNATION_BYTES, incarnationOf, type Incarnation } from "../../../shared/ids.ts";
import type { RoomNames } from "./keys.ts";
import { parseCount } from "./life.ts";
import type { RedisLink } from "./link.ts";
import { textOf } from "./reply.ts";

export interface Seen {
  /** Null: no room stands, as far as this run of Redis knows. */
  readonly incarnation: Incarnation | null;
  readonly head: number;
}

/** @throws where Redis is away, or holds there what no relay wrote. */
export async function lookUp(link: RedisLink, names: RoomNames): Promise<Seen> {
  const runId = link.runIdOf(names.state);
  if (runId === null) throw new Error("Redis is away");
  const reply = await link.command("HMGET", names.state, "@incarnation", "@head", "@run");
  const [incarnation, head, run] = (Array.isArray(reply) ? (reply as unknown[]) : []).map(textOf);
  // A state of another run is of a Redis that is no more: what it says of the tail cannot be trusted.
  if (!incarnation || run !== runId) return { incarnation: null, head: 0 };
  const [bytes, number] = [parseHex(incarnation), parseCount(head)];
  if (bytes?.length !== INCARNATION_BYTES || number === null) {
    throw new Error("a room's keys hold what no relay wrote");
  }
  return { incarnation: incarnationOf(bytes), head: number };
}
