/**
 * What all rooms of a region hold together, across the slots of their partitions: the bytes of each
 * file with the time until which they count at most. A relay that dies takes nothing out of it; what it had put
 * there ends by its time.
 */
import type { RedisLink } from "../redis/link.ts";

const UNTIL = "mayfly:{media}:until";
const BYTES = "mayfly:{media}:bytes";

/**
 * KEYS[1] files by the time until which they count; ARGV[1] the hash of their bytes, with their sum at "@".
 * Both are in one slot and only ever change together here, so the sum is that of the files.
 */
const OPEN = `
local untils, bytesOf = KEYS[1], ARGV[1]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if redis.call('EXISTS', untils) == 0 then redis.call('UNLINK', bytesOf) end
local function strike(file)
  local bytes = redis.call('HGET', bytesOf, file)
  if bytes then
    redis.call('HINCRBY', bytesOf, '@', '-' .. bytes)
    redis.call('HDEL', bytesOf, file)
  end
  redis.call('ZREM', untils, file)
end
local function keep(ms)
  for _, key in ipairs({untils, bytesOf}) do
    if redis.call('PTTL', key) < ms then redis.call('PEXPIRE', key, ms) end
  end
end
for _, file in ipairs(redis.call('ZRANGE', untils, '-inf', now, 'BYSCORE')) do strike(file) end
`;

/** ARGV: bytes' key · file · its bytes · ms to count · most. Answers 1: entered, 2: was there, 0: no room left. */
const ENTER = `${OPEN}
local keepMs = tonumber(ARGV[4])
local known = redis.call('HEXISTS', bytesOf, ARGV[2]) == 1
local sum = tonumber(redis.call('HGET', bytesOf, '@') or '0')
if not known then
  if sum + tonumber(ARGV[3]) > tonumber(ARGV[5]) then return 0 end
  redis.call('HSET', bytesOf, ARGV[2], ARGV[3])
  redis.call('HINCRBY', bytesOf, '@', ARGV[3])
end
redis.call('ZADD', untils, 'GT', string.format('%.0f', now + keepMs), ARGV[2])
keep(keepMs)
return known and 2 or 1
`;

/** ARGV: bytes' key · ms to count · files. */
const KEEP = `${OPEN}
local keepMs = tonumber(ARGV[2])
for i = 3, #ARGV do redis.call('ZADD', untils, 'XX', 'GT', string.format('%.0f', now + keepMs), ARGV[i]) end
keep(keepMs)
return 1
`;

/** ARGV: bytes' key · files. */
const STRIKE = `${OPEN}
for i = 2, #ARGV do strike(ARGV[i]) end
return tonumber(redis.call('HGET', bytesOf, '@') or '0')
`;

export interface Ledger {
  /** Counts so many bytes under that name for `keepMs`; of one that counts already only the time is renewed. */
  enter(
    entry: { readonly name: string; readonly bytes: number; readonly keepMs: number },
    mostBytes: number,
  ): Promise<"entered" | "known" | "full">;
  /** Those that count do so for `keepMs` at least. */
  keep(names: readonly string[], keepMs: number): Promise<void>;
  /** They count no more. */
  strike(names: readonly string[]): Promise<void>;
}

/** Names in one call of a script. */
const CHUNK = 1_000;

/** The region's ledger. Every method throws where Redis is away. */
export function createLedger(link: Pick<RedisLink, "script">): Ledger {
  return {
    async enter({ name, bytes, keepMs }, mostBytes) {
      const reply = Number(
        await link.script(ENTER, UNTIL, [BYTES, name, bytes, keepMs, mostBytes]),
      );
      if (reply === 0) return "full";
      return reply === 1 ? "entered" : "known";
    },
    async keep(names, keepMs) {
      for (let at = 0; at < names.length; at += CHUNK)
        await link.script(KEEP, UNTIL, [BYTES, keepMs, ...names.slice(at, at + CHUNK)]);
    },
    async strike(names) {
      for (let at = 0; at < names.length; at += CHUNK)
        await link.script(STRIKE, UNTIL, [BYTES, ...names.slice(at, at + CHUNK)]);
    },
  };
}
