-- What time alone brings about: calls that nobody answered become no-shows where the policy says so, and patients with
-- several stops to choose from change to one that is quicker by now.
--
-- takes
-- gives    TickResult
-- refuses
-- tells    ticket.no-show, ticket.replanned
-- costs    O(what is due, at most 100, and visits with a choice, at most 200, x candidates x classes x log n)
-- keys     active choices due present robin rooms tickets visits

local MOST_DUE = 100
local MOST_CHOICES = 200
-- A change has to be worth the walk.
local GAIN_S = 300

-- By the policy in force, which may have become another one since the call: then it is asked again when that is over.
local function is_missed(c, ticket)
  local setup = qf.clinic_setup(c, ticket.clinic)
  if not setup or not setup.no_show_after_s or ticket.calls < (setup.no_show_calls or 1) then
    return false
  end
  local over_at = ticket.called_at_ms + setup.no_show_after_s * 1000
  if over_at > c.now then
    redis.call("ZADD", qf.key.due(c), over_at, ticket.id)
  end
  return over_at <= c.now
end

local function no_shows(c)
  local count = 0
  for _, id in ipairs(redis.call("ZRANGEBYSCORE", qf.key.due(c), "-inf", c.now, "LIMIT", 0, MOST_DUE)) do
    redis.call("ZREM", qf.key.due(c), id)
    local ticket = qf.load_ticket(c, id)
    if ticket and ticket.state == "called" and is_missed(c, ticket) then
      local room = qf.miss(c, ticket)
      qf.tell(c, "ticket.no-show", {
        tickets = { ticket },
        visits = { qf.load_visit(c, ticket.visit) },
        rooms = { room },
        clinics = qf.touched(ticket.clinic, room),
        reason = "no-answer",
      })
      count = count + 1
    end
  end
  return count
end

-- The stop of this visit that waits though others of its group could come first, and those; or nil.
local function choice(journey)
  for _, ticket in ipairs(journey) do
    if ticket.state == "waiting" and ticket.group then
      local others = qf.alternatives(journey, ticket.group)
      return #others > 0 and ticket or nil, others
    end
  end
  return nil
end

local function change(c, visit, waiting, others)
  local place = qf.place(c, waiting)
  local best, shortest = nil, place.estimated_wait.p50_s - GAIN_S
  for _, ticket in ipairs(others) do
    local wait = qf.wait_now(c, ticket)
    if wait < shortest then
      best, shortest = ticket, wait
    end
  end
  if best == nil then
    return false
  end
  local left = waiting.clinic
  qf.dequeue(c, waiting)
  waiting.state, waiting.clinic = "planned", nil
  qf.save_ticket(c, waiting)
  qf.join(c, best)
  qf.tell(c, "ticket.replanned", {
    tickets = { waiting, best },
    visits = { visit },
    clinics = qf.touched(left, { clinics = { best.clinic } }),
    reason = "shorter-wait",
  })
  return true
end

local function replans(c)
  local count = 0
  for _, id in ipairs(redis.call("SRANDMEMBER", qf.key.choices(c), MOST_CHOICES)) do
    local visit = qf.load_visit(c, id)
    local waiting, others = choice(qf.journey(c, visit))
    if waiting == nil then
      redis.call("SREM", qf.key.choices(c), id)
    elseif change(c, visit, waiting, others) then
      count = count + 1
    end
  end
  return count
end

qf.register("tick", function(c)
  return { no_shows = no_shows(c), replanned = replans(c) }
end)
