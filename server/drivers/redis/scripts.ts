/**
 * The scripts that Redis runs: each is one atomic step. They know guards, effects and lifetimes, and no
 * rule of the order. Fields of a room's life begin with "@", which no rule's field does.
 *
 * KEYS[1] is the room's state and ARGV[1] the run id of the server that the caller means: a state written
 * under another run is of a Redis that is no more (a replica that took over may lack the tail), so it
 * counts as no room at all.
 */

/** Keys of records that go with their room in the same step; older ones go right after it. */
export const PURGED_AT_ONCE = 10_000;

/**
 * `purge(life, head)`: the newest records of a life and its GroupInfo. `purgeFiles(life)`: what people sent,
 * when the room ends; only a list of ids is left for a minute, by which relays strike them off the region's account.
 */
export const PURGE_LIFE = `
local function purgeFiles(life)
  local room = string.match(life, '^(.-):life:')
  local files = redis.call('HGETALL', room .. ':media')
  for i = 1, #files, 2 do redis.call('UNLINK', room .. ':file:' .. files[i]) end
  if #files > 0 then redis.call('PEXPIRE', room .. ':media', 60000) end
end
local function purge(life, head)
  redis.call('UNLINK', life .. 'group-info')
  local number = head
  local last = math.max(head - ${PURGED_AT_ONCE}, 0)
  while number > last do
    local keys = {}
    while number > last and #keys < 1000 do
      keys[#keys + 1] = life .. string.format('%.0f', number)
      number = number - 1
    end
    redis.call('UNLINK', unpack(keys))
  end
end
`;

/** `standing(lives)`: the incarnation of the room that stands, or false. */
const STANDING = `${PURGE_LIFE}
local state = KEYS[1]
local function standing(lives)
  local found = redis.call('HMGET', state, '@incarnation', '@run', '@head')
  if found[1] and found[2] ~= ARGV[1] then
    redis.call('DEL', state)
    purge(lives .. found[1] .. ':', tonumber(found[3]) or 0)
    return false
  end
  return found[1]
end
local function nowMs()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
`;

/**
 * ARGV: run id · incarnation the caller holds ("": no room) · incarnation to begin ("": none) · policy
 * text · prefix of the lives · channel · record TTL ms · state TTL ms · proposal bytes · GroupInfo bytes
 * ("": none) · "1" if the room ends by it · count of guards · field, value ("" absent) of each · then
 * field, value ("#" the number, "" delete) of each effect.
 *
 * Answers "ok", number, time; or "guard", head: a guard no longer holds; or "other": another life of the
 * room stands, or none. Publishing comes last, since scripts do not roll back.
 */
export const APPEND = `${STANDING}
local inc = standing(ARGV[5])
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
local now = nowMs()
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
  redis.call('DEL', state)
  purge(life, number)
  purgeFiles(life)
else
  redis.call('SET', life .. string.format('%.0f', number), record, 'PX', ARGV[7])
  if ARGV[10] ~= '' then redis.call('SET', life .. 'group-info', ARGV[10], 'PX', ARGV[8]) end
  redis.call('PEXPIRE', state, ARGV[8])
end
redis.call('SPUBLISH', ARGV[6], 'R' .. inc .. struct.pack('>I4', #record) .. record .. ARGV[10])
return {'ok', number, now}
`;

/** The same where memory is full: whoever leaves frees some. */
export const APPEND_WHEN_FULL = `#!lua flags=allow-oom
${APPEND}`;

/**
 * ARGV: run id · prefix of the lives. The room as it stands, in one look: its fields, its newest commit
 * record, that one's GroupInfo, its `open`, the time. Nothing where no room of this run stands.
 */
export const LOAD = `${STANDING}
local inc = standing(ARGV[2])
if not inc then return {} end
local life = ARGV[2] .. inc .. ':'
local last = redis.call('GET', life .. (redis.call('HGET', state, 'last') or '0'))
local info = redis.call('GET', life .. 'group-info')
local open = redis.call('GET', life .. '1')
return {redis.call('HGETALL', state), last, info, open, nowMs()}
`;

/** ARGV: run id · prefix of the life's records · from · until. Size and ms left of each, newest first; 0: gone. */
export const SIZES = `
local found = {}
for number = tonumber(ARGV[4]), tonumber(ARGV[3]), -1 do
  local key = ARGV[2] .. string.format('%.0f', number)
  local size = redis.call('STRLEN', key)
  found[#found + 1] = size
  found[#found + 1] = size > 0 and redis.call('PTTL', key) or 0
end
return found
`;

/** ARGV: run id · incarnation · prefix of the lives · channel. Ends that life of the room, if it stands. */
export const PURGE = `${STANDING}
local inc = standing(ARGV[3])
if inc ~= ARGV[2] then return 0 end
local head = tonumber(redis.call('HGET', state, '@head')) or 0
redis.call('DEL', state)
purge(ARGV[3] .. inc .. ':', head)
purgeFiles(ARGV[3] .. inc .. ':')
redis.call('SPUBLISH', ARGV[4], 'E' .. inc)
return head
`;
