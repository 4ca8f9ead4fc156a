-- What time alone brings about: calls that nobody answered become no-shows where the policy says so, and patients with
-- several stops to choose from change to one that is quicker by now; who has booked and came early waits by their slot
-- once its time comes; appointments that nobody came for are no-shows.
--
-- takes
-- gives    TickResult
-- refuses
-- tells    ticket.no-show, ticket.replanned, ticket.prioritised, appointment.no-show
-- costs    O(what is due, at most 100 of a kind, and visits with a choice, at most 200, x candidates x classes x log n)
-- keys     active appointments choices due freed lifts present releases robin rooms taken tickets visits

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

-- The members of a set that are due, which leave it.
local function due(key, now)
  local ids = redis.call("ZRANGEBYSCORE", key, "-inf", now, "LIMIT", 0, MOST_DUE)
  if #ids > 0 then
    redis.call("ZREM", key, unpack(ids))
  end
  return ids
end

local function no_shows(c)
  local count = 0
  for _, id in ipairs(due(qf.key.due(c), c.now)) do
    local ticket = qf.load_ticket(c, id)
    if ticket and ticket.state == "called" and is_missed(c, ticket) then
      local room = qf.miss(c, ticket, "no-answer")
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

-- Whether there may be a choice again: who is called may be put back, what waits for something may be released.
local function may_choose(journey)
  for _, ticket in ipairs(journey) do
    if ticket.state == "planned" and ticket.group then
      return true
    end
  end
  return false
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
    local journey = qf.journey(c, visit)
    local waiting, others = choice(journey)
    if not may_choose(journey) then
      redis.call("SREM", qf.key.choices(c), id)
    elseif waiting and change(c, visit, waiting, others) then
      count = count + 1
    end
  end
  return count
end

-- Somebody who has booked and is called just now is asked again a little later: they may be sent back to wait.
local AGAIN_MS = 60 * 1000

local function lifts(c)
  local count = 0
  for _, id in ipairs(due(qf.key.lifts(c), c.now)) do
    local ticket = qf.load_ticket(c, id)
    local state = ticket and ticket.state
    if state == "called" then
      redis.call("ZADD", qf.key.lifts(c), c.now + AGAIN_MS, id)
    elseif state == "waiting" or state == "on-hold" then
      if state == "waiting" then
        qf.dequeue(c, ticket)
      end
      local lifted = qf.keep_time(c, ticket)
      if state == "waiting" then
        qf.enqueue(c, ticket)
      end
      if lifted then
        qf.save_ticket(c, ticket)
        qf.tell(c, "ticket.prioritised", {
          tickets = { ticket },
          visits = { qf.load_visit(c, ticket.visit) },
          clinics = { ticket.clinic },
          reason = "slot-begins",
        })
        count = count + 1
      end
    end
  end
  return count
end

-- By the policy in force, as for calls.
local function releases(c)
  local count = 0
  for _, id in ipairs(due(qf.key.releases(c), c.now)) do
    local booked = qf.load_appointment(c, id)
    local at = booked and booked.state == "booked" and qf.release_at(c, booked)
    if at and at > c.now then
      redis.call("ZADD", qf.key.releases(c), at, id)
    elseif at then
      qf.free_slot(c, booked)
      booked.state = "no-show"
      qf.save_appointment(c, booked)
      qf.tell(c, "appointment.no-show", { appointments = { booked }, reason = "not-come" })
      count = count + 1
    end
  end
  return count
end

qf.register("tick", function(c)
  return { no_shows = no_shows(c), replanned = replans(c), lifted = lifts(c), released = releases(c) }
end)
