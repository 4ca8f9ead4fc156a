-- Who has booked and comes: which appointment it is, and where they wait by the time at which they came.

local EARLY_S, LATE_S = 900, 900

-- The id that an arrival names: an appointment of today, by its id or its code. Or nil, and a refusal where it named one.
function qf.named_appointment(c)
  local named = c.a.appointment
  if named == nil then
    return nil
  end
  local id = #named > 6 and named or redis.call("HGET", qf.key.bookings(c, c.day), "code:" .. named)
  if not id or string.sub(id, 1, 8) ~= c.day or qf.load_appointment(c, id) == nil then
    return nil, qf.refuse("unknown-appointment")
  end
  return id
end

local function holds(c, booked)
  return booked.state == "booked" and c.now < qf.release_at(c, booked) and qf.clinic_setup(c, booked.clinic) ~= nil
end

local function is_for(booked, orders)
  for _, order in ipairs(orders) do
    if order.service == booked.service then
      return true
    end
  end
  return false
end

-- What an arrival comes for: the appointment it names, if it still holds; else of this person's today the first that
-- holds and is for one of the stops, or for any where they named no service. Or nil, and a refusal.
function qf.appointment_of(c, id, orders)
  if id then
    local booked = qf.load_appointment(c, id)
    if booked.state == "cancelled" or booked.state == "checked-in" then
      return nil, qf.not_allowed(booked.state, "check-in")
    end
    return holds(c, booked) and booked or nil
  end
  local first = nil
  for _, booked in ipairs(qf.bookings_of(c, c.day, c.a.person)) do
    local wanted = holds(c, booked) and (c.a.any_service or is_for(booked, orders))
    if wanted and (first == nil or booked.start_ms < first.start_ms) then
      first = booked
    end
  end
  return first
end

-- When whoever has booked is no longer early, by the policy in force.
local function time_of(c, clinic, start_ms)
  return start_ms - (qf.clinic_setup(c, clinic).early_s or EARLY_S) * 1000
end

function qf.is_time_for(c, booked)
  return c.now >= time_of(c, booked.clinic, booked.start_ms)
end

-- The stop that an appointment is for goes to its clinic: the one of its service, else what they came for.
function qf.book_stop(c, booked, orders)
  local order = nil
  for _, one in ipairs(orders) do
    order = order or (one.service == booked.service and one)
  end
  for _, one in ipairs(orders) do
    order = order or (one.service == c.a.came_for and one)
  end
  if order.service == c.a.came_for then
    c.a.came_for = booked.service
  end
  order.service, order.candidates, order.balance = booked.service, { booked.clinic }, "first"
  order.decision = { ruleset = order.decision.ruleset, rule = "booked" }
  order.booked = booked
end

-- The class of those who have booked, if it is better than the ticket's own.
local function class_of(c, ticket)
  for i, class in ipairs(qf.classes(c)) do
    if class.for_appointments then
      return i < qf.class_index(c, ticket.priority) and class.id or nil
    end
  end
  return nil
end

-- Those of one slot by their arrival. A slot is at least a minute from the next, and this moves none by half of one;
-- with whole parts of 1/4096 ms, what a double of this size just holds.
local function by_slot(ticket)
  local start = ticket.appointment.at_ms
  return start + (ticket.issued_at_ms - start) / 4096
end

-- A waiting ticket with an appointment, before it is put into its queue: it stays the walk-in that it is until a while
-- before its slot (qf_tick asks again then); from then on it is of the class of those who have booked, by the slot's
-- start, or where the clinic's policy puts those who came late. Gives whether it is.
function qf.keep_time(c, ticket)
  local class, setup, start = class_of(c, ticket), qf.clinic_setup(c, ticket.clinic), ticket.appointment.at_ms
  if class == nil then
    return false
  end
  local time = time_of(c, ticket.clinic, start)
  if c.now < time then
    redis.call("ZADD", qf.key.lifts(c), time, ticket.id)
    return false
  end
  ticket.priority, ticket.order_at = class, by_slot(ticket)
  if ticket.issued_at_ms > start + (setup.late_s or LATE_S) * 1000 then
    ticket.order_at = qf.reentry(c, ticket, "late")
  end
  return true
end
