-- The same as `gcra::decide`, in one step for all instances. KEYS: what tells by being there that nothing is to be sent, then one
-- for each level. ARGV: the patience, then for each level its cost, its tolerance, and what it is filled by before. Microseconds.
local blocked = redis.call('PTTL', KEYS[1])
if blocked > 0 then return {0, blocked * 1000} end
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local at = now
local filled = {}
for i = 2, #KEYS do
  local cost, tolerance, owed = ARGV[3 * i - 4], ARGV[3 * i - 3], ARGV[3 * i - 2]
  filled[i] = math.max(tonumber(redis.call('GET', KEYS[i]) or now), now) + owed
  at = math.max(at, filled[i] + cost - tolerance)
end
local allowed = at - now <= tonumber(ARGV[1])
for i = 2, #KEYS do
  local owed = tonumber(ARGV[3 * i - 2])
  if allowed then filled[i] = math.max(filled[i], at) + ARGV[3 * i - 4] end
  if (allowed or owed > 0) and filled[i] > now then
    redis.call('SET', KEYS[i], string.format('%.0f', filled[i]), 'PX', math.ceil((filled[i] - now) / 1000))
  end
end
return {allowed and 1 or 0, at - now}
