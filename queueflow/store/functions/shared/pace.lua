-- What a clinic's own days teach of it: how long a patient keeps a place in a room, by service and by hour; how long a
-- free place stays empty; how fast each class comes; and how right the waits were that it told.

local LONGEST_S = 4 * 3600
local BREAK_S = 600
-- A new value weighs more the fewer there were; the setup's own figure counts for eight, and nothing is fixed for ever.
local SEED_WEIGHT, LEAST_WEIGHT = 8, 0.015
local HOUR_WEIGHT, GAP_WEIGHT = 0.005, 0.05
-- Arrivals are counted with this memory.
local MEMORY_MS = 30 * 60 * 1000

-- {turn, turns = {per service}, hour = {per hour}, came, came_at, later50, later90 = {per class}, gap, pace, usual = {per
-- half-hour}, told_at, sum (shared/hours.lua)}; kept from day to day, in one packed field beside the clinic's counts.
function qf.learned(c, clinic)
  if c.learned[clinic] == nil then
    local packed = qf.kept(c, clinic).learned
    c.learned[clinic] = packed and cmsgpack.unpack(packed)
      or { turn = {}, turns = {}, hour = {}, came = {}, came_at = {}, usual = {}, gap = 0, later50 = {}, later90 = {} }
  end
  return c.learned[clinic]
end

-- The same, to be changed; what a command has learned is written once, at its end.
local function lesson(c, clinic)
  c.taught[clinic], c.pictures[clinic] = true, nil
  return qf.learned(c, clinic)
end

function qf.keep_learned(c)
  for clinic in pairs(c.taught) do
    redis.call("HSET", qf.key.clinic(c, clinic), "learned", cmsgpack.pack(c.learned[clinic]))
  end
end

-- The hour that an instant falls in, UTC: all that matters is that it comes again tomorrow.
function qf.hour(at_ms)
  return tostring(math.floor(at_ms / 3600000) % 24)
end

-- A patient's stop is over: how long they were served teaches the clinic's mean.
local MEAN_WEIGHT = 0.1

function qf.learn_service(c, ticket)
  local setup = qf.clinic_setup(c, ticket.clinic)
  if setup == nil then
    return
  end
  local took = math.min(LONGEST_S, math.max(0, (ticket.ended_at_ms - ticket.started_at_ms) / 1000))
  local learned = lesson(c, ticket.clinic)
  local mean = learned.pace or setup.service_mean_s
  learned.pace = mean + MEAN_WEIGHT * (took - mean)
end

-- A place is free: from now on, if somebody waits for it.
local function note_free(c, room)
  for _, clinic in ipairs(room.clinics) do
    if qf.waiting_in(qf.kept(c, clinic)) > 0 then
      redis.call("HSET", qf.key.freed(c), room.id, c.now)
      return
    end
  end
end

-- A called patient leaves the room, served or not: from their call on they kept a place that nobody else could have.
function qf.learn_turn(c, ticket, room)
  note_free(c, room)
  local setup = qf.clinic_setup(c, ticket.clinic)
  if setup == nil then
    return
  end
  local took = math.min(LONGEST_S, (c.now - ticket.called_at_ms) / 1000)
  local learned, service, hour = lesson(c, ticket.clinic), ticket.service, qf.hour(ticket.called_at_ms)
  local mean, factor = learned.turn[service] or setup.service_mean_s, learned.hour[hour] or 1
  local count = learned.turns[service] or 0
  local weight = math.max(LEAST_WEIGHT, 1 / (count + SEED_WEIGHT))
  learned.turn[service] = math.max(1, mean + weight * (took / factor - mean))
  learned.turns[service] = count + 1
  learned.hour[hour] = math.min(2, math.max(0.5, factor + HOUR_WEIGHT * (took / mean - factor)))
end

-- The places of a clinic change from what they were until now.
function qf.learn_places(c, clinic)
  qf.learn_hours(lesson(c, clinic), qf.places(qf.kept(c, clinic)), c.now)
end

-- A place that was free though somebody waited was given again: that time is nobody's service, and passes all the same.
function qf.learn_gap(c, ticket, room)
  local freed_at = redis.call("HGET", qf.key.freed(c), room.id)
  if freed_at == false then
    return
  end
  redis.call("HDEL", qf.key.freed(c), room.id)
  local gap = (c.now - freed_at) / 1000
  if gap <= BREAK_S then
    local learned = lesson(c, ticket.clinic)
    learned.gap = learned.gap + GAP_WEIGHT * (gap - learned.gap)
  end
end

-- Somebody begins to wait.
function qf.learn_arrival(c, ticket)
  local learned, class = lesson(c, ticket.clinic), ticket.priority
  local before_ms = (learned.came_at[class] or c.now) - c.now
  learned.came[class] = (learned.came[class] or 0) * math.exp(before_ms / MEMORY_MS) + 1
  learned.came_at[class] = c.now
end

-- How many of a class come in a second, as it was lately.
function qf.arrival_rate(c, clinic, class)
  local learned = qf.learned(c, clinic)
  local count, at = learned.came[class], learned.came_at[class]
  return count and count * math.exp((at - c.now) / MEMORY_MS) * 1000 / MEMORY_MS or 0
end

-- Somebody is called for the first time: the wait they were told, before it was corrected, against the one they had.
-- The corrections are the median and the 0.9 quantile of log(had / told), by stochastic approximation (Robbins and
-- Monro 1951, Annals of Mathematical Statistics 22:400), so that half and nine of ten waits are below what is told,
-- however wrong the model is about this clinic. The median goes slowly: neighbours in a queue are wrong together. A
-- minute is added to both: a second's wait has no proportion.
local STEP_50, STEP_90 = 0.005, 0.02
local MOST = 1.6094379124 -- five times
qf.SHORT_S = 60

local function bounded(value)
  return math.min(MOST, math.max(-MOST, value))
end

function qf.learn_wait(c, ticket)
  local told, class = ticket.forecast, ticket.priority
  if told == nil then
    return
  end
  local had = (c.now - told.at_ms) / 1000 + qf.SHORT_S
  local learned = lesson(c, ticket.clinic)
  local half, most = learned.later50[class] or 0, learned.later90[class] or 0
  local over50 = math.log(had / (told.p50_s + qf.SHORT_S)) > half
  local over90 = math.log(had / (told.p90_s + qf.SHORT_S)) > most
  learned.later50[class] = bounded(half + (over50 and STEP_50 or -STEP_50))
  learned.later90[class] = bounded(most + (over90 and 0.9 or -0.1) * STEP_90)
end
