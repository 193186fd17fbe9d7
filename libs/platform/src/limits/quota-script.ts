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
