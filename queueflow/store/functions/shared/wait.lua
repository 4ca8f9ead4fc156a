-- The expected wait: how many turns must pass in the rooms that serve a clinic, and how long those take.

-- Standard normal quantile of 0.9.
local Z90 = 1.2815515655
-- Arrivals go on as they were lately, and less and less so.
local FORESIGHT_S = 5400
local ROUNDS = 5
-- What the model cannot know of a day, as a variation of its own: who will pause, how fast this doctor is.
local MODEL_CV = 0.25

local later = {}

function later.strict(c, line, i, by)
  local sum = 0
  for n = 1, i - 1 do
    sum = sum + (line.classes[n].always_first and 0 or line.came[n])
  end
  return sum * by
end

-- A class gets its share of calls, as far as it has people: those who wait already are counted among those ahead.
function later.ratio(c, line, i, by, ahead_in_class)
  local classes, sum = line.classes, 0
  local share = classes[i].share
  for n, class in ipairs(classes) do
    if n ~= i and class.share > 0 and not class.always_first then
      local room = share == 0 and math.huge or (ahead_in_class + 1) * class.share / share - line.counts[n]
      sum = sum + math.max(0, math.min(line.came[n] * by, room))
    end
  end
  return sum
end

-- Whoever gains points faster catches up with a part of the time that the other waits, `waited_s` of it being over.
function later.accumulating(c, line, i, by, _, waited_s)
  local classes, sum = line.classes, 0
  for n, class in ipairs(classes) do
    if class.rate > classes[i].rate and not class.always_first then
      local slower = classes[i].rate / class.rate
      sum = sum + line.came[n] * math.max(0, by * (1 - slower) - waited_s * slower)
    end
  end
  return sum
end

-- How many will come within a time, seconds, and go before somebody of class i.
local function overtakers(c, line, i, within_s, ahead_in_class, waited_s)
  local by = FORESIGHT_S * (1 - math.exp(-within_s / FORESIGHT_S))
  local classes, sum = line.classes, 0
  for n, class in ipairs(classes) do
    if class.always_first and n ~= i and (n < i or not classes[i].always_first) then
      sum = sum + line.came[n] * by
    end
  end
  if classes[i].always_first then
    return sum
  end
  local longest = line.setup.longest_wait_s
  by = longest and math.min(by, math.max(0, longest - waited_s)) or by
  return sum + later[line.setup.order](c, line, i, by, ahead_in_class, waited_s)
end

-- Place-seconds of that many turns, all places being taken: the first of them is under way (the mean residual life of a
-- renewal process; with many places, that of any turn).
local function work_of(line, turns)
  local under_way = (1 - line.setup.service_cv ^ 2) / (2 * math.max(1, line.servers))
  return math.max(0, turns - math.max(0, line.servers > 0 and under_way or 0)) * line.turn_s
end

-- Seconds until that many turns are over.
function qf.turns_s(c, line, turns)
  return qf.worked_off_s(c, line, work_of(line, turns))
end

-- What the model says, uncorrected: {p50_s, p90_s}, whole seconds. ahead: who goes before, of them ahead_in_class of
-- the same class i; waited_s: how long this one has waited already.
--
-- k turns must pass: those of who is ahead, less the places that are free, and of who comes and overtakes. Their time is
-- taken as gamma distributed, with the service times' variation for those who are there and a Poisson number of those
-- who come; quantiles by Wilson and Hilferty (1931, PNAS 17:684).
function qf.forecast(c, line, i, ahead, ahead_in_class, waited_s)
  local known = ahead + 1 - line.spare
  if known <= 0 then
    return { p50_s = math.floor(line.learned.gap + 0.5), p90_s = math.floor(2 * line.learned.gap + 0.5) }
  end
  local come = 0
  for _ = 1, ROUNDS do
    local before = come
    come = overtakers(c, line, i, qf.turns_s(c, line, known + come), ahead_in_class, waited_s)
    if math.abs(come - before) < 0.1 then
      break
    end
  end
  local work, cv2 = work_of(line, known + come), line.setup.service_cv ^ 2
  local cv = math.sqrt((known * cv2 + come * (1 + cv2)) / (known + come) ^ 2 + MODEL_CV ^ 2)
  local function quantile(z)
    local root = 1 - cv * cv / 9 + z * cv / 3
    return math.floor(qf.worked_off_s(c, line, work * math.max(0, root) ^ 3) + 0.5)
  end
  return { p50_s = quantile(0), p90_s = quantile(Z90) }
end

-- What is told: the forecast as the last waits of this class have corrected it here (shared/pace.lua).
function qf.corrected(c, line, i, forecast)
  local class = line.classes[i].id
  local function times(seconds, log)
    return math.max(0, math.floor((seconds + qf.SHORT_S) * math.exp(log or 0) - qf.SHORT_S + 0.5))
  end
  local half = times(forecast.p50_s, line.learned.later50[class])
  return { p50_s = half, p90_s = math.max(half, times(forecast.p90_s, line.learned.later90[class])) }
end

function qf.expected_wait(c, line, i, ahead, ahead_in_class, waited_s)
  return qf.corrected(c, line, i, qf.forecast(c, line, i, ahead, ahead_in_class, waited_s))
end

-- For somebody who came now, in the class of that index.
function qf.newcomers_wait(c, line, i)
  return qf.expected_wait(c, line, i, qf.ahead_of_newcomer(c, line, i), line.counts[i], 0)
end
