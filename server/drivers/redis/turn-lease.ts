/**
 * Whose joiners have the turn: one key that its holder alone may delete, and the relays that asked in vain,
 * in the order in which they did, so that none takes it again and again. All of it dies by itself.
 */
import { randomBytes } from "node:crypto";
import type { RoomLog } from "../../ports/log.ts";
import type { RoomNames } from "./keys.ts";
import type { RedisLink } from "./link.ts";

/** Who asked in vain and does not come again within so long has lost its place. */
const WAITS_MS = 1_000;
const TOKEN_BYTES = 16;

/** KEYS: turn. ARGV: token · lease ms · this relay · how long its place is kept. */
const TAKE = `
local waiting = KEYS[1] .. '-waiting'
local first = redis.call('ZRANGE', waiting, 0, 0)[1]
while first and first ~= ARGV[3] and redis.call('EXISTS', waiting .. ':' .. first) == 0 do
  redis.call('ZREM', waiting, first)
  first = redis.call('ZRANGE', waiting, 0, 0)[1]
end
if redis.call('EXISTS', KEYS[1]) == 1 or (first and first ~= ARGV[3]) then
  local time = redis.call('TIME')
  redis.call('ZADD', waiting, 'NX', string.format('%s%06d', time[1], time[2]), ARGV[3])
  redis.call('PEXPIRE', waiting, ARGV[4])
  redis.call('SET', waiting .. ':' .. ARGV[3], '', 'PX', ARGV[4])
  return 0
end
redis.call('ZREM', waiting, ARGV[3])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`;

/** KEYS: turn. ARGV: token. A lease that ran out may be another's by now. */
const GIVE_BACK = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 0
`;

/** `relayId`: another one for each relay. */
export function createTurnLease(
  link: RedisLink,
  names: RoomNames,
  relayId: string,
): Pick<RoomLog, "lease" | "release"> {
  let token = "";
  return {
    async lease(leaseMs) {
      const asked = randomBytes(TOKEN_BYTES).toString("hex");
      const args = [asked, Math.ceil(leaseMs), relayId, WAITS_MS];
      const isOurs = Number(await link.script(TAKE, names.turn, args)) === 1;
      if (isOurs) token = asked;
      return isOurs;
    },
    release() {
      if (token === "") return;
      link.script(GIVE_BACK, names.turn, [token]).catch(() => undefined);
      token = "";
    },
  };
}
