/**
 * Whose joiners have the turn: one key that its holder alone may delete, and one that names who asked in
 * vain, so that a relay with many joiners does not take it again and again. Both die by themselves.
 */
import { randomBytes } from "node:crypto";
import type { RoomLog } from "../../ports/log.ts";
import type { RoomNames } from "./keys.ts";
import type { RedisLink } from "./link.ts";

/** Who asked in vain and does not come again within so long has lost its place. */
const WANTED_MS = 300;
const TOKEN_BYTES = 16;

/** KEYS: turn. ARGV: token · lease ms · key of who wants it · this relay · how long that is remembered. */
const TAKE = `
local first = redis.call('GET', ARGV[3])
if redis.call('EXISTS', KEYS[1]) == 1 or (first and first ~= ARGV[4]) then
  if not first or first == ARGV[4] then redis.call('SET', ARGV[3], ARGV[4], 'PX', ARGV[5]) end
  return 0
end
redis.call('DEL', ARGV[3])
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
  const wanted = `${names.turn}-wanted`;
  let token = "";
  return {
    async lease(leaseMs) {
      const asked = randomBytes(TOKEN_BYTES).toString("hex");
      const args = [asked, Math.ceil(leaseMs), wanted, relayId, WANTED_MS];
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
