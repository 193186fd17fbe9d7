/**
 * `SharedBucket` of the engine, line by line, inside Redis. One hash a bucket: `level`, `burst`, `at` (milliseconds of Redis), and
 * `n:{node}` with what is charged, what is held and when the node was heard of. The clock of Redis may be set: a step back lets
 * no time go by, a step forward fills a bucket at most.
 *
 * KEYS[1] hash; ARGV node, rate, burst, spent, charged, isFresh 0|1, want, level or '', then the three TTLs of `limit-store.ts`.
 * Answers {granted, level}, as text, since Redis cuts numbers off.
 */
export const LEASE_SCRIPT = `
local node, rate, burst = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local spent, charged, fresh = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6] == '1'
local want, proposed = tonumber(ARGV[7]), tonumber(ARGV[8])
local leaseTtl, nodeTtl, accountTtl = tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local stored = redis.call('HGETALL', KEYS[1])
local level, at, before, known, others, own, users = nil, now, burst, nil, 0, 0, 1
for i = 1, #stored, 2 do
  local name, value = stored[i], stored[i + 1]
  if name == 'level' then level = tonumber(value)
  elseif name == 'at' then at = tonumber(value)
  elseif name == 'burst' then before = tonumber(value)
  else
    local paid, held, seen = string.match(value, '^(%S+) (%S+) (%S+)$')
    local age = now - tonumber(seen)
    if age > accountTtl then redis.call('HDEL', KEYS[1], name)
    elseif name == 'n:' .. node then
      known = tonumber(paid)
      if age <= leaseTtl then own = tonumber(held) end
    else
      if age <= leaseTtl then others = others + tonumber(held) end
      if age <= nodeTtl then users = users + 1 end
    end
  end
end
if level == nil then level = math.min(burst, proposed or burst)
else
  local full = before - others - own
  level = math.max(level, math.min(full, level + rate * math.max(0, now - at) / 1000))
  if burst ~= before and level >= full then level = burst - others - own end
end
if fresh then level = math.min(level, proposed or burst) end
if known ~= nil and not fresh then charged = known end
level = math.min(level + charged - spent, burst - others)
level = math.max(level, -burst)
local granted = 0
if want >= 0 then granted = math.max(0, math.floor(math.min(level, math.max(want, level / math.max(2, users))))) end
level = level - granted
local function text(number) return string.format('%.17g', number) end
redis.call('HSET', KEYS[1], 'level', text(level), 'at', text(now), 'burst', text(burst),
  'n:' .. node, text(spent + granted) .. ' ' .. text(granted) .. ' ' .. text(now))
local filling = 604800000
if rate > 0 then filling = math.min(filling, 2000 * burst / rate) end
redis.call('PEXPIRE', KEYS[1], text(math.ceil(math.max(accountTtl, filling))))
return {text(granted), text(level)}
`;

/** Who was heard of lately. KEYS[1] sorted set; ARGV node, TTL. Answers how many. */
export const NODES_SCRIPT = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[2]))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZCARD', KEYS[1])
`;
