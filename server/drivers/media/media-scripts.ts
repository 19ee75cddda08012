/**
 * The scripts that hold files in Redis, each one atomic step in the slot of its room. KEYS[1] is the room's
 * state, so that nothing is written, or read, of a room that does not stand. A file is one hash: "@" says
 * whose it is and how large, "@announced" that a post announced it, and each chunk is the field of its
 * index. All of a file lives and dies together, by the TTL of that one key; the room's index only lists
 * what may be there, and what has expired is struck off when it is looked at.
 */

/** ARGV[1] seat's field. Answers why the asker has nothing here. */
const ASKED = `
local state = KEYS[1]
if redis.call('EXISTS', state) == 0 then return {'no-room'} end
if redis.call('HEXISTS', state, ARGV[1]) == 0 then return {'no-seat'} end
`;
const KEEP_INDEX = `
local function keepIndex(index, ms)
  if redis.call('PTTL', index) < ms then redis.call('PEXPIRE', index, ms) end
end
`;

/**
 * ARGV: seat · index · prefix of files · file · owner ("session:") · its bytes · lease ms · most bytes and
 * files of the member · most bytes of the room. Answers "reserved" and the chunks held, or a refusal.
 * The last of the bounds is the server's own: a quarter of its memory stays for the order of the rooms.
 */
export const RESERVE = `${ASKED}${KEEP_INDEX}
local index, prefix, file, owner = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local bytes, lease = tonumber(ARGV[6]), tonumber(ARGV[7])
local mine = owner .. ARGV[6]
local key = prefix .. file
local known = redis.call('HGET', key, '@')
if known then
  if known ~= mine then return {'taken'} end
  local announced = redis.call('HEXISTS', key, '@announced')
  if announced == 0 then
    redis.call('PEXPIRE', key, lease)
    keepIndex(index, lease)
  end
  return {'reserved', redis.call('HLEN', key) - 1 - announced}
end
local ofRoom, ofMember, files = bytes, bytes, 0
local listed = redis.call('HGETALL', index)
for i = 1, #listed, 2 do
  if redis.call('EXISTS', prefix .. listed[i]) == 0 then redis.call('HDEL', index, listed[i])
  else
    local size = tonumber(string.match(listed[i + 1], ':(%d+)$'))
    ofRoom = ofRoom + size
    if string.sub(listed[i + 1], 1, #owner) == owner then
      ofMember = ofMember + size
      files = files + 1
    end
  end
end
if ofMember > tonumber(ARGV[8]) or files >= tonumber(ARGV[9]) then return {'member-quota'} end
if ofRoom > tonumber(ARGV[10]) then return {'room-quota'} end
local memory = redis.call('INFO', 'memory')
local most = tonumber(string.match(memory, 'maxmemory:(%d+)'))
local used = tonumber(string.match(memory, 'used_memory:(%d+)'))
if most > 0 and used + bytes > 0.75 * most then return {'relay-quota'} end
redis.call('HSET', key, '@', mine)
redis.call('PEXPIRE', key, lease)
redis.call('HSET', index, file, mine)
keepIndex(index, lease)
return {'reserved', 0}
`;

/** ARGV: seat · index · file's key · owner and size · number of the chunk · its bytes · lease ms. */
export const PUT = `${ASKED}${KEEP_INDEX}
local key, lease = ARGV[3], tonumber(ARGV[7])
if redis.call('HGET', key, '@') ~= ARGV[4] then return {'no-file'} end
local announced = redis.call('HEXISTS', key, '@announced') == 1
local held = redis.call('HGET', key, ARGV[5])
if held and held ~= ARGV[6] then return {'differs'} end
if announced then return {held and 'held' or 'no-file'} end
if not held then redis.call('HSET', key, ARGV[5], ARGV[6]) end
redis.call('PEXPIRE', key, lease)
keepIndex(ARGV[2], lease)
return {'held'}
`;

/** ARGV: seat · file's key · number of the chunk. Answers "chunk" and its bytes, or what is missing. */
export const GET = `${ASKED}
local chunk = redis.call('HGET', ARGV[2], ARGV[3])
if chunk then return {'chunk', chunk} end
return {redis.call('EXISTS', ARGV[2]) == 1 and 'no-chunk' or 'no-file'}
`;

/** ARGV: index · prefix of files · owner ("session:") · ms to live · files. Answers file and bytes of each that was found. */
export const ANNOUNCE = `${KEEP_INDEX}
local found = {}
local keep = tonumber(ARGV[4])
for i = 5, #ARGV do
  local key = ARGV[2] .. ARGV[i]
  local mine = redis.call('HGET', key, '@')
  if mine and string.sub(mine, 1, #ARGV[3]) == ARGV[3] then
    local first = redis.call('HSET', key, '@announced', '1') == 1
    if first or redis.call('PTTL', key) < keep then redis.call('PEXPIRE', key, keep) end
    keepIndex(ARGV[1], keep)
    found[#found + 1] = ARGV[i]
    found[#found + 1] = mine
  end
end
return found
`;

/** ARGV: index · prefix of files · owner ("session:") · file. The same, asked by another region for who had a seat there. */
export const FORGET = `
local key = ARGV[2] .. ARGV[4]
local mine = redis.call('HGET', key, '@')
if not mine or string.sub(mine, 1, #ARGV[3]) ~= ARGV[3] then return {'dropped', ''} end
redis.call('UNLINK', key)
redis.call('HDEL', ARGV[1], ARGV[4])
return {'dropped', mine}
`;

/** ARGV: seat · index · prefix of files · owner ("session:") · file. Answers "dropped" and whose it was ("": nobody's), or "taken". */
export const DROP = `${ASKED}
local key = ARGV[3] .. ARGV[5]
local mine = redis.call('HGET', key, '@')
if mine and string.sub(mine, 1, #ARGV[4]) ~= ARGV[4] then return {'taken'} end
redis.call('UNLINK', key)
redis.call('HDEL', ARGV[2], ARGV[5])
return {'dropped', mine or ''}
`;

/** ARGV: index · prefix of files. Answers file and whose it was, of each. */
export const PURGE = `
local listed = redis.call('HGETALL', ARGV[1])
for i = 1, #listed, 2 do redis.call('UNLINK', ARGV[2] .. listed[i]) end
redis.call('UNLINK', ARGV[1])
return listed
`;

/** ARGV: file's key · number of the chunk. Answers whose it is, ms left, and the chunk; nothing where it is not here. */
export const COPY = `
local chunk = redis.call('HGET', ARGV[1], ARGV[2])
if not chunk then return {} end
return {redis.call('HGET', ARGV[1], '@'), redis.call('PTTL', ARGV[1]), chunk}
`;

/**
 * ARGV: index · prefix of files · file · owner and size · ms left · number of the chunk · its bytes. Keeps a
 * chunk of another region's file. It counts as announced, so that nobody writes into it here.
 */
export const ADOPT = `${KEEP_INDEX}
if redis.call('EXISTS', KEYS[1]) == 0 then return {'no-room'} end
local key, left = ARGV[2] .. ARGV[3], tonumber(ARGV[5])
local mine = redis.call('HGET', key, '@')
if mine and mine ~= ARGV[4] then return {'taken'} end
if not mine then
  redis.call('HSET', key, '@', ARGV[4], '@announced', '1')
  redis.call('PEXPIRE', key, left)
  redis.call('HSET', ARGV[1], ARGV[3], ARGV[4])
  keepIndex(ARGV[1], left)
end
if redis.call('HEXISTS', key, ARGV[6]) == 0 then redis.call('HSET', key, ARGV[6], ARGV[7]) end
return {'held'}
`;

/** KEYS[1] the secret's key · ARGV: own secret · ms to live. Answers the one that all share. */
export const SECRET = `
redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('GET', KEYS[1])
`;
