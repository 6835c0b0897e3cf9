-- Folds JSON lines into the facts of their users, kept in Redis: a hash a user, of the facts that
-- the six segments read, each as small as it can be. The lines are in order of time.
--   EVALSHA sha 0 T_MS LINE...
local last = tonumber(ARGV[1])
local DAY = 86400000

-- Days since 1970 of a civil date, by Howard Hinnant's algorithm.
local function days_of(year, month, day)
  if month <= 2 then year = year - 1 end
  local era = math.floor(year / 400)
  local of_era = year - era * 400
  local of_year = math.floor((153 * (month + (month > 2 and -3 or 9)) + 2) / 5) + day - 1
  return era * 146097 + of_era * 365 + math.floor(of_era / 4) - math.floor(of_era / 100)
      + of_year - 719468
end

local function instant_of(text)
  local year, month, day, hour, minute, second, thousandth =
      text:match('^(%d+)-(%d+)-(%d+)T(%d+):(%d+):(%d+)%.(%d+)Z$')
  return days_of(tonumber(year), tonumber(month), tonumber(day)) * DAY + tonumber(hour) * 3600000
      + tonumber(minute) * 60000 + tonumber(second) * 1000 + tonumber(thousandth)
end

-- A list of numbers as a text, oldest first.
local function numbers(text)
  local list = {}
  for word in string.gmatch(text or '', '[^,]+') do list[#list + 1] = tonumber(word) end
  return list
end

-- Numbers of 13 digits, which `tostring` would round.
local function as_text(list)
  local words = {}
  for i = 1, #list do words[i] = string.format('%d', list[i]) end
  return table.concat(words, ',')
end

-- Opens that wait for their click: those a day old at `now` have none.
local function count_unclicked(facts, now)
  local waiting, kept = numbers(facts.waiting), {}
  for _, opened in ipairs(waiting) do
    if opened + DAY < now then
      facts.unclicked = (facts.unclicked or 0) + 1
    else
      kept[#kept + 1] = opened
    end
  end
  facts.waiting = as_text(kept)
end

local on = {}
on['Page Viewed'] = function(facts, now, properties)
  if tostring(properties.path):sub(1, 8) ~= '/pricing' then return end
  local views = numbers(facts.views)
  views[#views + 1] = now
  if #views > 3 then table.remove(views, 1) end
  facts.views = as_text(views)
  facts.points = (facts.points or 0) + 5
end
on['Demo Replayed'] = function(facts) facts.points = (facts.points or 0) + 4 end
on['Teammate Invited'] = function(facts)
  facts.points = (facts.points or 0) + 6
  facts.invited = 1
end
on['Onboarding Started'] = function(facts) facts.started = 1 end
on['Onboarding Completed'] = function(facts) facts.completed = 1 end
on['Onboarding Step Skipped'] = function(facts, _, properties)
  facts.points = (facts.points or 0) - 3
  if properties.step == 2 then facts.skipped = 1 end
end
on['Email Opened'] = function(facts, now, properties)
  if properties.campaign == 'case_study' then facts.case_study = 1 end
  count_unclicked(facts, now)
  local waiting = numbers(facts.waiting)
  if tonumber(facts.clicked) == now or waiting[#waiting] == now then return end
  waiting[#waiting + 1] = now
  facts.waiting = as_text(waiting)
end
on['Email Link Clicked'] = function(facts, now)
  count_unclicked(facts, now)
  facts.waiting = ''
  facts.clicked = now
end
on['Feature Launch Ignored'] = function(facts, now) facts.ignored = now end
on['Product Added'] = function(facts, now) facts.cart = now end
-- The newest login of each of the eleven newest days: ten days touch no more.
on['Signed In'] = function(facts, now)
  facts.login = now
  local newest = numbers(facts.days)
  if #newest > 0 and math.floor(newest[#newest] / DAY) == math.floor(now / DAY) then
    table.remove(newest)
  end
  newest[#newest + 1] = now
  if #newest > 11 then table.remove(newest, 1) end
  facts.days = as_text(newest)
end

for i = 2, #ARGV do
  local call = cjson.decode(ARGV[i])
  local now = instant_of(call.timestamp)
  if now <= last then
    local key = 'u:' .. call.userId
    local facts, before, flat = {}, {}, redis.call('HGETALL', key)
    for j = 1, #flat, 2 do
      facts[flat[j]], before[flat[j]] = flat[j + 1], flat[j + 1]
    end
    -- A copy has the timestamp of the call it copies.
    local told = tonumber(facts.now) == now and facts.told or ''
    if not string.find(told, call.messageId, 1, true) then
      facts.now, facts.told = now, told .. call.messageId
      if call.type == 'identify' then
        local plan = call.traits and call.traits.plan
        if plan == cjson.null then plan = '' end
        -- Of several at one instant the one with the greatest messageId is the newest.
        if plan and not (tonumber(facts.plan_at) == now and facts.plan_by > call.messageId) then
          facts.plan, facts.plan_at, facts.plan_by = plan, now, call.messageId
        end
      else
        facts.any = now
        local act = on[call.type == 'page' and 'Page Viewed' or call.event]
        if act then act(facts, now, call.properties or {}) end
      end
      local changed = {}
      for name, value in pairs(facts) do
        local text = type(value) == 'number' and string.format('%d', value) or value
        if text ~= before[name] then
          changed[#changed + 1] = name
          changed[#changed + 1] = text
        end
      end
      redis.call('HSET', key, unpack(changed))
    end
  end
end
