/** Which relay of a region applies a partition: a lease in Redis, spread over the relays that ask. */
import { createHash } from "node:crypto";
import type { RedisLink } from "../redis/link.ts";
import type { PartitionNames } from "./keys.ts";

/** An owner that is heard of no more is replaced after so long. */
export const LEASE_MS = 2_000;

/**
 * ARGV: relay · its rank · lease ms. Takes or renews the lease; who does not get it leaves its rank beside
 * it for the owner to see. Answers "mine" or "other", and the highest rank of those who wait, or "".
 */
const ASK = `
local owner = redis.call('GET', KEYS[1])
if not owner or owner == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
  return {'mine', redis.call('GET', KEYS[1] .. ':rival') or ''}
end
local rival = redis.call('GET', KEYS[1] .. ':rival')
if not rival or rival <= ARGV[2] then redis.call('SET', KEYS[1] .. ':rival', ARGV[2], 'PX', ARGV[3]) end
return {'other', ''}
`;

/** ARGV: relay. Only the owner's own lease goes. */
const GIVE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1], KEYS[1] .. ':rival') end
return 1
`;

export interface Lease {
  /**
   * Asks for the partition or keeps it: until when it is this relay's, by `nowMs`, or null where another
   * has it. `isOutranked`: a relay waits that should have it. @throws where Redis is away.
   */
  ask(nowMs: number): Promise<{ readonly untilMs: number; readonly isOutranked: boolean } | null>;
  /** Gives it back before its time. Best effort. */
  give(): Promise<void>;
}

/** Of one partition, for the relay with this id. */
export function createLease(
  link: RedisLink,
  names: PartitionNames,
  partition: number,
  relay: string,
): Lease {
  // Every pair of relays agrees on who should have which partition, and about half each.
  const rank = createHash("sha256").update(`${relay} ${partition}`).digest("hex").slice(0, 16);
  return {
    async ask(nowMs) {
      const reply = await link.script(ASK, names.owner, [relay, rank, LEASE_MS]);
      const [whose = "", rival = ""] = Array.isArray(reply) ? reply.map(String) : [];
      return whose === "mine" ? { untilMs: nowMs + LEASE_MS, isOutranked: rival > rank } : null;
    },
    async give() {
      await link.script(GIVE, names.owner, [relay]).catch(() => undefined);
    },
  };
}
