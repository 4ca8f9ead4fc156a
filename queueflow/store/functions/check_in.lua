-- Gives a patient a ticket, or the one they hold. Who has booked for today goes to their appointment's clinic, and waits
-- by their slot.
--
-- takes    nonce: str            13 characters of base 32, a new visit's id
--          service: str
--          candidates: list      clinics that the rules allow
--          priority: str
--          balance: str          how one candidate is taken
--          decision: map         ruleset, rule, reasons
--          language: str
--          sealed: str           the encrypted patient
--          person: str?          keyed hash of the identity: one person, one visit under way
--          last3: str?
--          flags: list
--          next: list            the stops that follow (Order), in order
--          appointment: str?     the id or the code of the one they come for
--          any_service: bool     they named none: an appointment may be for another
-- gives    TicketResult
-- refuses  unknown-clinic, validation, unknown-appointment, not-allowed-in-state
-- tells    ticket.issued
-- costs    O(candidates x classes x log n), n the longest queue
-- keys     active appointments bookings carried lifts numbers persons present releases robin tickets visits

local OVER = { done = true, cancelled = true, ["no-show"] = true }

local function result(c, ticket, visit, created)
  return qf.ticket_result(c, ticket, visit, { created = created, journey = qf.journey(c, visit) })
end

-- This person's visit under way, to which a stop can be added; or nil.
local function open_visit(c)
  local visit = c.a.person and redis.call("HGET", qf.key.persons(c, c.day), c.a.person)
  visit = visit and qf.load_visit(c, visit)
  return visit and visit.state ~= "finished" and visit.state ~= "cancelled" and visit or nil
end

local function stop_of(c, visit, is_it)
  for _, ticket in ipairs(visit and qf.journey(c, visit) or {}) do
    if not OVER[ticket.state] and is_it(ticket) then
      return ticket
    end
  end
  return nil
end

local function new_visit(c, clinic)
  local a = c.a
  return {
    id = c.day .. "-" .. a.nonce,
    number = qf.new_number(c, qf.clinic_setup(c, clinic).series),
    day = c.day,
    state = "arrived",
    opened_at_ms = c.now,
    tickets = {},
    language = a.language,
    flags = a.flags,
    sealed = a.sealed,
    last3 = a.last3,
    person = a.person,
  }
end

-- A stop planned in a visit; the one that was booked with its appointment, and the wish for whom it is with.
local function plan(c, visit, order, booked)
  local ticket = qf.plan(c, visit, order)
  if booked then
    ticket.appointment = { id = booked.id, at_ms = booked.start_ms }
    ticket.wish = booked.practitioner and "practitioner:" .. booked.practitioner or nil
  end
  return ticket
end

qf.register("check_in", function(c)
  local a, orders = c.a, { c.a, unpack(c.a.next or {}) }
  local visit = open_visit(c)
  local named, refusal = qf.named_appointment(c)
  if refusal then
    return refusal
  end
  local ticket = stop_of(c, visit, function(one)
    return one.appointment and (one.appointment.id == named or (named == nil and a.any_service))
  end)
  local booked, at
  if ticket == nil then
    booked, refusal = qf.appointment_of(c, named, orders)
    if refusal then
      return refusal
    end
    at = booked and qf.book_stop(booked, orders)
    ticket = stop_of(c, visit, function(one) return one.service == a.service end)
  end
  if ticket then
    -- A planned stop begins when its patient comes for it and no other is under way: they missed that one.
    local may_begin = ticket.state == "planned" and not qf.waits_outside(ticket)
    if may_begin and not qf.is_under_way(qf.journey(c, visit)) and qf.join(c, ticket) then
      qf.tell(c, "ticket.issued", { tickets = { ticket }, visits = { visit }, clinics = { ticket.clinic } })
    end
    return result(c, ticket, visit, false)
  end
  refusal = qf.check_orders(c, visit or { tickets = {} }, orders)
  if refusal then
    return refusal
  end
  if visit == nil then
    if redis.call("HEXISTS", qf.key.visits(c, c.day), c.day .. "-" .. a.nonce) == 1 then
      return qf.refuse("validation", { field = "nonce", detail = "a visit has this id already" })
    end
    -- The number's series is that of the first clinic, so the clinic is taken before the visit is made.
    local clinic = qf.balance(c, a.balance, a.candidates, qf.class_index(c, a.priority))
    visit = new_visit(c, clinic)
    ticket = plan(c, visit, a, at == 1 and booked)
    qf.join_at(c, ticket, clinic)
  else
    local under_way = qf.is_under_way(qf.journey(c, visit))
    ticket = plan(c, visit, a, at == 1 and booked)
    if under_way then
      qf.save_ticket(c, ticket)
    else
      qf.join(c, ticket)
    end
  end
  local told = { ticket }
  for i = 2, #orders do
    told[i] = plan(c, visit, orders[i], at == i and booked)
    qf.save_ticket(c, told[i])
  end
  if booked then
    redis.call("ZREM", qf.key.releases(c), booked.id)
    booked.state, booked.ticket = "checked-in", told[at].id
    qf.save_appointment(c, booked)
  end
  qf.save_visit(c, visit)
  if a.person then
    redis.call("HSET", qf.key.persons(c, c.day), a.person, visit.id)
  end
  qf.tell(c, "ticket.issued", {
    tickets = told,
    visits = { visit },
    appointments = booked and { booked } or nil,
    clinics = ticket.clinic and { ticket.clinic } or nil,
  })
  return result(c, ticket, visit, true)
end)
