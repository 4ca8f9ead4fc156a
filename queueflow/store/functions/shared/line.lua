-- A clinic's line: how many wait in each class, the rooms that serve it, and the time that one patient takes.

-- {id, setup, counts = {per class}, waiting, open, free, mean}; counts follow the classes' strict order.
function qf.line(c, clinic)
  local setup = qf.clinic_setup(c, clinic)
  local line = { id = clinic, setup = setup, counts = {}, waiting = 0 }
  for i, class in ipairs(qf.classes(c)) do
    local count = redis.call("ZCARD", qf.key.waiting(c, clinic, class.id))
    line.counts[i] = count
    line.waiting = line.waiting + count
  end
  local rooms = redis.call("HMGET", qf.key.clinic(c, clinic), "open", "free")
  line.open, line.free = tonumber(rooms[1] or 0), tonumber(rooms[2] or 0)
  line.mean = tonumber(redis.call("HGET", qf.key.pace(c), clinic) or setup.service_mean_s)
  return line
end

local NEXT = 8

-- What events and reads say of a clinic (ClinicState).
function qf.clinic_state(c, clinic)
  local line = qf.line(c, clinic)
  local classes = qf.classes(c)
  local state = {
    id = clinic,
    waiting = line.waiting,
    rooms_open = line.open,
    rooms_free = line.free,
    service_mean_s = line.mean,
    next = qf.following(c, line, NEXT),
    estimated_wait = qf.expected_wait(line, qf.ahead_of_newcomer(c, line, #classes)),
  }
  if line.waiting > 0 then
    state.by_priority = {}
    for i, class in ipairs(classes) do
      if line.counts[i] > 0 then
        state.by_priority[class.id] = line.counts[i]
      end
    end
  end
  return state
end

-- A done ticket teaches the clinic's pace: each new one counts for a tenth (exponential smoothing).
local WEIGHT = 0.1
local LONGEST_S = 4 * 3600

function qf.learn_pace(c, ticket)
  local setup = qf.clinic_setup(c, ticket.clinic)
  if setup == nil then
    return
  end
  local took = math.min(LONGEST_S, math.max(0, (ticket.ended_at_ms - ticket.started_at_ms) / 1000))
  local mean = tonumber(redis.call("HGET", qf.key.pace(c), ticket.clinic) or setup.service_mean_s)
  redis.call("HSET", qf.key.pace(c), ticket.clinic, qf.score(mean + WEIGHT * (took - mean)))
end
