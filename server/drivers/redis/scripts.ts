/**
 * The scripts that Redis runs: each is one atomic step. They know guards, effects and lifetimes, and no
 * rule of the order. Fields of a room's life begin with "@", which no rule's field does.
 */

/** What a script says when a room's order is not what the caller holds; see `append` below. */
export type AppendReply =
  | readonly ["ok", number, number]
  /** A guard no longer holds; the head as it is now. */
  | readonly ["guard", number]
  /** Another life of the room stands, or none. */
  | readonly ["other"];

/**
 * KEYS: state. ARGV: run id of this Redis · incarnation the caller holds ("": no room) · incarnation to
 * begin ("": none) · policy text · prefix of the lives · channel · record TTL ms · state TTL ms ·
 * proposal bytes · GroupInfo bytes ("": none) · "1" if the room ends by it · count of guards ·
 * field, value ("" absent) of each · then field, value ("#" the number, "" delete) of each effect.
 *
 * A state written under another run id is of a Redis that is no more: a replica that took over may
 * lack the tail, so it counts as no room at all. Publishing comes last, since scripts do not roll back.
 */
export const APPEND = `
local state = KEYS[1]
local inc = redis.call('HGET', state, '@incarnation')
if inc and redis.call('HGET', state, '@run') ~= ARGV[1] then
  redis.call('DEL', state)
  inc = false
end
if (inc or '') ~= ARGV[2] then return {'other'} end
local guards = tonumber(ARGV[12])
local at = 13
if guards > 0 then
  local names = {}
  for i = 1, guards do names[i] = ARGV[at + 2 * (i - 1)] end
  local values = redis.call('HMGET', state, unpack(names))
  for i = 1, guards do
    if (values[i] or '') ~= ARGV[at + 2 * (i - 1) + 1] then
      return {'guard', tonumber(redis.call('HGET', state, '@head') or '0')}
    end
  end
  at = at + 2 * guards
end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if not inc then
  inc = ARGV[3]
  redis.call('HSET', state, '@incarnation', inc, '@run', ARGV[1], '@policy', ARGV[4], '@opened', string.format('%.0f', now))
end
local number = redis.call('HINCRBY', state, '@head', 1)
local sets = {}
local drops = {}
while at <= #ARGV do
  local value = ARGV[at + 1]
  if value == '' then drops[#drops + 1] = ARGV[at]
  else
    sets[#sets + 1] = ARGV[at]
    sets[#sets + 1] = value == '#' and string.format('%.0f', number) or value
  end
  at = at + 2
end
if #sets > 0 then redis.call('HSET', state, unpack(sets)) end
if #drops > 0 then redis.call('HDEL', state, unpack(drops)) end
local record = struct.pack('>I4I4I4I4', math.floor(number / 4294967296), number % 4294967296, math.floor(now / 4294967296), now % 4294967296) .. ARGV[9]
local life = ARGV[5] .. inc .. ':'
if ARGV[11] == '1' then
  redis.call('DEL', state, life .. 'group-info')
else
  redis.call('SET', life .. string.format('%.0f', number), record, 'PX', ARGV[7])
  if ARGV[10] ~= '' then redis.call('SET', life .. 'group-info', ARGV[10], 'PX', ARGV[8]) end
  redis.call('PEXPIRE', state, ARGV[8])
end
redis.call('SPUBLISH', ARGV[6], 'R' .. inc .. struct.pack('>I4', #record) .. record .. ARGV[10])
return {'ok', number, now}
`;

/**
 * KEYS: state. ARGV: run id · prefix of the lives. The room as it stands, in one look: its fields, its
 * newest commit record, that one's GroupInfo, its \`open\`. Nothing where no room of this run stands.
 */
export const LOAD = `
local state = KEYS[1]
local inc = redis.call('HGET', state, '@incarnation')
if not inc then return {} end
if redis.call('HGET', state, '@run') ~= ARGV[1] then
  redis.call('DEL', state)
  return {}
end
local life = ARGV[2] .. inc .. ':'
local last = redis.call('GET', life .. (redis.call('HGET', state, 'last') or '0'))
local info = redis.call('GET', life .. 'group-info')
local open = redis.call('GET', life .. '1')
return {redis.call('HGETALL', state), last, info, open}
`;

/** KEYS: state. ARGV: incarnation · prefix of the lives · channel. Ends that life of the room, if it stands. */
export const PURGE = `
local state = KEYS[1]
if redis.call('HGET', state, '@incarnation') ~= ARGV[1] then return 0 end
local head = redis.call('HGET', state, '@head')
redis.call('DEL', state, ARGV[2] .. ARGV[1] .. ':group-info')
redis.call('SPUBLISH', ARGV[3], 'E' .. ARGV[1])
return tonumber(head)
`;
