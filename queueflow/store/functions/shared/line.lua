-- A clinic's line: how many wait in each class, the rooms that serve it, and the time that one patient takes.

-- {id, setup, classes, counts = {per class}, waiting, open, free, mean, credit}; counts follow the classes' strict order. All
-- of it lies in one hash beside the queues, so that a line costs one read however many classes there are.
function qf.line(c, clinic)
  local setup = qf.clinic_setup(c, clinic)
  local kept, flat = {}, redis.call("HGETALL", qf.key.clinic(c, clinic))
  for n = 1, #flat, 2 do
    kept[flat[n]] = tonumber(flat[n + 1])
  end
  local line = { id = clinic, setup = setup, counts = {}, credit = {}, waiting = 0 }
  line.classes = qf.weighed(c, setup)
  for i, class in ipairs(line.classes) do
    line.counts[i] = kept["waiting:" .. class.id] or 0
    line.credit[i] = kept["credit:" .. class.id] or 0
    line.waiting = line.waiting + line.counts[i]
  end
  line.open, line.free = kept.open or 0, kept.free or 0
  line.wished = kept.wished or 0
  line.unreserved = kept.unreserved or 0
  line.mean = kept.pace or setup.service_mean_s
  return line
end

-- Puts a ticket into its clinic's queue at its effective arrival; the count beside it moves along.
function qf.enqueue(c, ticket)
  c.pictures[ticket.clinic] = nil
  local queue = qf.key.waiting(c, ticket.clinic, ticket.priority)
  local added = redis.call("ZADD", queue, qf.score(ticket.order_at), ticket.id)
  redis.call("HINCRBY", qf.key.clinic(c, ticket.clinic), "waiting:" .. ticket.priority, added)
  if ticket.wish then
    redis.call("HSET", qf.key.wishes(c, ticket.clinic), ticket.id, ticket.wish)
    redis.call("HINCRBY", qf.key.clinic(c, ticket.clinic), "wished", added)
  end
end

function qf.dequeue(c, ticket)
  c.pictures[ticket.clinic] = nil
  local removed = redis.call("ZREM", qf.key.waiting(c, ticket.clinic, ticket.priority), ticket.id)
  redis.call("HINCRBY", qf.key.clinic(c, ticket.clinic), "waiting:" .. ticket.priority, -removed)
  if ticket.wish then
    redis.call("HDEL", qf.key.wishes(c, ticket.clinic), ticket.id)
    redis.call("HINCRBY", qf.key.clinic(c, ticket.clinic), "wished", -removed)
  end
end

local NEXT = 8

-- A line with the ids of its next eight, kept until something in it changes: what is told of a clinic and what is
-- answered of a ticket in it are the same picture.
function qf.picture(c, clinic)
  local line = c.pictures[clinic]
  if line == nil then
    line = qf.line(c, clinic)
    line.next = qf.following(c, line, NEXT)
    c.pictures[clinic] = line
  end
  return line
end

-- What events and reads say of a clinic (ClinicState).
function qf.clinic_state(c, clinic)
  local line = qf.picture(c, clinic)
  local classes = qf.classes(c)
  local state = {
    id = clinic,
    waiting = line.waiting,
    rooms_open = line.open,
    rooms_free = line.free,
    service_mean_s = line.mean,
    next = line.next,
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
  local kept = qf.key.clinic(c, ticket.clinic)
  local mean = tonumber(redis.call("HGET", kept, "pace") or setup.service_mean_s)
  c.pictures[ticket.clinic] = nil
  redis.call("HSET", kept, "pace", qf.score(mean + WEIGHT * (took - mean)))
end
