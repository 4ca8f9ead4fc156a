-- A clinic's line: how many wait in each class, the rooms that serve it, and the time that one patient takes.

-- {id, setup, classes, counts = {per class}, waiting, open, free, mean, credit, …}; counts follow the classes' strict
-- order.
function qf.line(c, clinic)
  local setup, kept = qf.clinic_setup(c, clinic), qf.kept(c, clinic)
  local line = { id = clinic, setup = setup, counts = {}, credit = {}, came = {}, waiting = 0 }
  line.classes = qf.weighed(c, setup)
  for i, class in ipairs(line.classes) do
    line.counts[i] = kept.waiting[class.id] or 0
    line.credit[i] = kept.credit[class.id] or 0
    line.came[i] = qf.arrival_rate(c, clinic, class.id)
    line.waiting = line.waiting + line.counts[i]
  end
  line.open, line.free, line.spare = kept.open or 0, kept.free or 0, kept.spare or 0
  line.wished = kept.wished or 0
  line.unreserved = kept.unreserved or 0
  line.learned = qf.learned(c, clinic)
  line.mean = line.learned.pace or setup.service_mean_s
  line.turn_s = qf.turn_of(c, clinic, kept) + line.learned.gap
  line.servers, line.part, line.back_ms = qf.servers(c, clinic, kept)
  return line
end

local KINDS = { "waiting", "of", "credit", "serves", "back" }

-- What is kept of a clinic: numbers by name, and by kind and name where a field is `kind:name`. All of it lies in one
-- hash beside the queues, so that a line costs one read however many classes there are; one more for each other clinic
-- that its rooms serve too.
function qf.kept(c, clinic)
  if c.kept[clinic] then
    return c.kept[clinic]
  end
  local kept, flat = {}, redis.call("HGETALL", qf.key.clinic(c, clinic))
  for _, kind in ipairs(KINDS) do
    kept[kind] = {}
  end
  for n = 1, #flat, 2 do
    local field, value = flat[n], flat[n + 1]
    local colon = string.find(field, ":", 1, true)
    if colon then
      kept[string.sub(field, 1, colon - 1)][string.sub(field, colon + 1)] = tonumber(value)
    else
      kept[field] = tonumber(value) or value
    end
  end
  c.kept[clinic] = kept
  return kept
end

-- Something of a clinic has changed: what was read of it is no longer so.
function qf.changed(c, clinic)
  c.pictures[clinic], c.kept[clinic] = nil, nil
end

-- How many wait, of what is kept of a clinic.
function qf.waiting_in(kept)
  local sum = 0
  for _, n in pairs(kept.waiting) do
    sum = sum + n
  end
  return sum
end

-- Puts a ticket into its clinic's queue at its effective arrival; the count beside it moves along.
function qf.enqueue(c, ticket)
  local queue = qf.key.waiting(c, ticket.clinic, ticket.priority)
  local added = redis.call("ZADD", queue, qf.score(ticket.order_at), ticket.id)
  qf.count_waiting(c, ticket, added)
  if ticket.wish then
    redis.call("HSET", qf.key.wishes(c, ticket.clinic), ticket.id, ticket.wish)
    redis.call("HINCRBY", qf.key.clinic(c, ticket.clinic), "wished", added)
  end
end

-- A forecast is of the place that is left: who comes back to the queue has none.
function qf.dequeue(c, ticket)
  ticket.forecast = nil
  local removed = redis.call("ZREM", qf.key.waiting(c, ticket.clinic, ticket.priority), ticket.id)
  qf.count_waiting(c, ticket, -removed)
  if ticket.wish then
    redis.call("HDEL", qf.key.wishes(c, ticket.clinic), ticket.id)
    redis.call("HINCRBY", qf.key.clinic(c, ticket.clinic), "wished", -removed)
  end
end

function qf.count_waiting(c, ticket, by)
  local kept = qf.key.clinic(c, ticket.clinic)
  redis.call("HINCRBY", kept, "waiting:" .. ticket.priority, by)
  redis.call("HINCRBY", kept, "of:" .. ticket.service, by)
  qf.changed(c, ticket.clinic)
end

local NEXT = 8

-- A line with the ids of its next eight, kept until something in it changes: what is told of a clinic and what is
-- answered of a ticket in it are the same picture.
function qf.picture(c, clinic)
  local line = c.pictures[clinic]
  if line == nil then
    line = qf.line(c, clinic)
    line.next, line.forecasts = qf.following(c, line, NEXT), {}
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
    estimated_wait = qf.newcomers_wait(c, line, #classes),
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
