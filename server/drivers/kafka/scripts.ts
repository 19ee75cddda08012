/**
 * What the owner of a partition has Redis do: each is one atomic step, and each but the first compares
 * the life and the applied offset before anything else, so that a former owner that was held up can
 * neither repeat nor skip (DESIGN §2). KEYS[1] is the place; all other keys share its hash tag.
 */
import { PURGE_LIFE } from "../redis/scripts.ts";

/**
 * ARGV: life · offset applied so far · offset applied by this · its id · its append time · TTL of the
 * place · count of steps so far · count of changes of the place · field, value ("" deletes) of each ·
 * count of answers · channel, bytes of each. `at` is then the place of what follows. `tell` comes last in every script, since
 * scripts do not roll back.
 */
const STEP = `
local place = KEYS[1]
local stands = redis.call('HMGET', place, 'life', 'applied', 'step')
if stands[1] ~= ARGV[1] or stands[2] ~= ARGV[2] or (stands[3] or '0') ~= ARGV[7] then return 'stale' end
redis.call('HSET', place, 'applied', ARGV[3], 'applied-id', ARGV[4], 'time', ARGV[5])
redis.call('HINCRBY', place, 'step', 1)
redis.call('PEXPIRE', place, ARGV[6])
local at = 9
for _ = 1, tonumber(ARGV[8]) do
  if ARGV[at + 1] == '' then redis.call('HDEL', place, ARGV[at])
  else redis.call('HSET', place, ARGV[at], ARGV[at + 1]) end
  at = at + 2
end
local answers = tonumber(ARGV[at])
local first = at + 1
at = first + 2 * answers
local function tell()
  for i = 0, answers - 1 do
    redis.call('SPUBLISH', ARGV[first + 2 * i], ARGV[first + 2 * i + 1])
  end
end
`;

/** Steps over records that change no room. */
export const ADVANCE = `${STEP}
tell()
return 'ok'
`;

/**
 * Then ARGV: rooms · TTL of rooms · route id · state · channel · prefix of the life's records · state TTL ·
 * number · record bytes · how long it is kept, ms · GroupInfo bytes ("": none) · "1" if the room ends ·
 * item for the channel · field, value ("" deletes) of each effect. What is kept goes when it would have
 * gone had it been applied at once.
 */
export const ACCEPT = `${PURGE_LIFE}${STEP}
local rooms, route, state = ARGV[at], ARGV[at + 2], ARGV[at + 3]
local channel, life = ARGV[at + 4], ARGV[at + 5]
local number = ARGV[at + 7]
local ends = ARGV[at + 11] == '1'
if ends then
  redis.call('DEL', state)
  redis.call('SREM', rooms, route)
  purge(life, tonumber(number))
  purgeFiles(life)
else
  local sets = {}
  local drops = {}
  local i = at + 13
  while i <= #ARGV do
    if ARGV[i + 1] == '' then drops[#drops + 1] = ARGV[i]
    else
      sets[#sets + 1] = ARGV[i]
      sets[#sets + 1] = ARGV[i + 1]
    end
    i = i + 2
  end
  redis.call('HSET', state, '@head', number, unpack(sets))
  if #drops > 0 then redis.call('HDEL', state, unpack(drops)) end
  redis.call('PEXPIRE', state, ARGV[at + 6])
  redis.call('SADD', rooms, route)
  redis.call('PEXPIRE', rooms, ARGV[at + 1])
  local time = redis.call('TIME')
  local age = math.max(tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000) - tonumber(ARGV[5]), 0)
  local left = math.max(tonumber(ARGV[at + 9]) - age, 1000)
  redis.call('SET', life .. number, ARGV[at + 8], 'PX', string.format('%.0f', left))
  if ARGV[at + 10] ~= '' then redis.call('SET', life .. 'group-info', ARGV[at + 10], 'PX', ARGV[at + 6]) end
end
redis.call('SPUBLISH', channel, ARGV[at + 12])
tell()
return 'ok'
`;

/** Then ARGV: rooms · route id · state · channel · prefix of the life's records · head · item for the channel. */
export const END = `${PURGE_LIFE}${STEP}
redis.call('DEL', ARGV[at + 2])
redis.call('SREM', ARGV[at], ARGV[at + 1])
purge(ARGV[at + 4], tonumber(ARGV[at + 5]))
purgeFiles(ARGV[at + 4])
redis.call('SPUBLISH', ARGV[at + 3], ARGV[at + 6])
tell()
return 'ok'
`;

/** `clear(rooms, prefix)`: every room of the partition goes, and whoever follows one is told. */
const CLEAR = `${PURGE_LIFE}
local function clear(rooms, prefix)
  for _, route in ipairs(redis.call('SMEMBERS', rooms)) do
    local room = prefix .. route
    local found = redis.call('HMGET', room .. ':state', '@incarnation', '@head')
    redis.call('DEL', room .. ':state')
    if found[1] then
      purge(room .. ':life:' .. found[1] .. ':', tonumber(found[2]) or 0)
      redis.call('SPUBLISH', room .. ':channel', 'L' .. found[1])
    end
  end
  redis.call('DEL', rooms)
end
`;

/** Then ARGV: rooms · prefix of the partition's rooms · life that begins. A valid reset was applied. */
export const RESET = `${CLEAR}${STEP}
redis.call('HSET', place, 'life', ARGV[at + 2], 'reset-at', ARGV[3])
clear(ARGV[at], ARGV[at + 1])
tell()
return 'ok'
`;

/**
 * ARGV: life · applied offset · rooms · prefix of the partition's rooms. The region has the partition no
 * more, keys included.
 */
export const DROP = `${CLEAR}
local stands = redis.call('HMGET', KEYS[1], 'life', 'applied')
if stands[1] ~= ARGV[1] or stands[2] ~= ARGV[2] then return 'stale' end
redis.call('DEL', KEYS[1])
clear(ARGV[3], ARGV[4])
return 'ok'
`;

/** ARGV: rooms · prefix of the partition's rooms · TTL · field, value of the place. Only where none stands. */
export const ADOPT = `${CLEAR}
if redis.call('EXISTS', KEYS[1]) == 1 then return 'stale' end
clear(ARGV[1], ARGV[2])
redis.call('HSET', KEYS[1], unpack(ARGV, 4))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 'ok'
`;

/**
 * Installing a copy takes several steps, which nobody sees before the last puts the place there. A step of
 * a relay that was held up must not mix with those of the next: each names the attempt that it is of.
 * ARGV: attempt · rooms · prefix of the partition's rooms · ms. Begins one; whatever was there goes.
 */
export const INSTALL_BEGIN = `${CLEAR}
if redis.call('EXISTS', KEYS[1]) == 1 then return 'stale' end
clear(ARGV[2], ARGV[3])
redis.call('SET', KEYS[1] .. ':install', ARGV[1], 'PX', ARGV[4])
return 'ok'
`;

const ATTEMPT = `
local attempt = redis.call('GET', KEYS[1] .. ':install')
if attempt ~= ARGV[1] or redis.call('EXISTS', KEYS[1]) == 1 then return 'stale' end
`;

/**
 * ARGV: attempt · rooms · TTL of rooms · route id · state · state TTL · key of the GroupInfo · GroupInfo
 * ("": none) · field, value of the state.
 */
export const INSTALL_ROOM = `${ATTEMPT}
redis.call('DEL', ARGV[5])
for i = 9, #ARGV, 2 do redis.call('HSET', ARGV[5], ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', ARGV[5], ARGV[6])
if ARGV[8] ~= '' then redis.call('SET', ARGV[7], ARGV[8], 'PX', ARGV[6]) end
redis.call('SADD', ARGV[2], ARGV[4])
redis.call('PEXPIRE', ARGV[2], ARGV[3])
return 'ok'
`;

/** ARGV: attempt · then of each record: key · bytes · accepted at · how long it is kept · how long at least, ms. */
export const INSTALL_RECORDS = `${ATTEMPT}
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
for i = 2, #ARGV, 5 do
  local left = tonumber(ARGV[i + 3]) - math.max(now - tonumber(ARGV[i + 2]), 0)
  left = math.max(left, tonumber(ARGV[i + 4]))
  if left > 0 then redis.call('SET', ARGV[i], ARGV[i + 1], 'PX', string.format('%.0f', left)) end
end
return 'ok'
`;

/** ARGV: attempt · TTL · field, value of the place. */
export const INSTALL_END = `${ATTEMPT}
redis.call('DEL', KEYS[1] .. ':install')
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 'ok'
`;
