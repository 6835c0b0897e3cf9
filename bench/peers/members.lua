-- The members as of an instant, of the facts that facts.lua keeps: "segment\tuser" each.
--   EVALSHA sha 0 T_MS CURSOR   gives the next cursor, then members
local at = tonumber(ARGV[1])
local DAY = 86400000

local function count_since(text, since)
  local count = 0
  for word in string.gmatch(text or '', '[^,]+') do
    if tonumber(word) > since then count = count + 1 end
  end
  return count
end

local function count_through(text, through)
  local count = 0
  for word in string.gmatch(text or '', '[^,]+') do
    if tonumber(word) <= through then count = count + 1 end
  end
  return count
end

local page = redis.call('SCAN', ARGV[2], 'COUNT', 1000)
local out = {page[1]}
for _, key in ipairs(page[2]) do
  local f, flat = {}, redis.call('HGETALL', key)
  for j = 1, #flat, 2 do f[flat[j]] = flat[j + 1] end
  local login, ignored, cart = tonumber(f.login), tonumber(f.ignored), tonumber(f.cart)
  local points = tonumber(f.points or 0) - tonumber(f.unclicked or 0)
      - count_through(f.waiting, at - DAY)
  local function member(segment, holds)
    if holds then out[#out + 1] = segment .. '\t' .. key:sub(3) end
  end
  member('high_intent', f.case_study and count_since(f.views, at - 2 * DAY) >= 3)
  member('activation_stalled', f.started and f.skipped and not f.completed)
  member('power_user', f.invited and count_since(f.days, at - 10 * DAY) >= 7)
  member('churn_risk', login and login <= at - 7 * DAY and ignored and ignored > at - 30 * DAY)
  member('silent_cart', cart and f.any == f.cart and cart <= at - 3 * DAY)
  member('hot_free', points >= 20 and f.plan == 'free')
end
return out
