/**
 * `SharedQuota` of the engine, line by line, inside Redis. One hash a period of a quota: `used`, and `n:{account}` with what that
 * one has paid for.
 *
 * KEYS[1] hash; ARGV account, limit, spent, charged, want, level or '', for how long it is kept in milliseconds.
 * Answers {granted, level}, as text, since Redis cuts numbers off.
 */
export const QUOTA_SCRIPT = `
local account, limit, spent = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local charged, want, level = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local used = tonumber(redis.call('HGET', KEYS[1], 'used') or '0')
local known = tonumber(redis.call('HGET', KEYS[1], 'n:' .. account) or '')
if known == nil and level ~= nil then used = math.max(used, limit - level) end
used = used + spent - (known or charged)
local left = limit - used
local granted = 0
if want >= 1 and left >= 1 then granted = math.min(want, math.max(1, math.floor(left / 2))) end
local function text(number) return string.format('%.17g', number) end
redis.call('HSET', KEYS[1], 'used', text(used + granted), 'n:' .. account, text(spent + granted))
redis.call('PEXPIRE', KEYS[1], ARGV[7])
return {text(granted), text(left - granted)}
`;

/** Quotas that somebody got nothing of lately, by the clock of Redis, since those of nodes differ. KEYS[1] sorted set; ARGV for how long. */
export const WANTED_SCRIPT = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
return redis.call('ZRANGEBYSCORE', KEYS[1], now - tonumber(ARGV[1]), '+inf')
`;

/** Likewise, somebody got nothing of these. ARGV for how long it is told, then the quotas. */
export const WISH_SCRIPT = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[1]))
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], now, ARGV[i]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
`;
