-- Gives a patient a ticket, or the one they hold.
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
-- gives    TicketResult
-- refuses  unknown-clinic, validation
-- tells    ticket.issued
-- costs    O(candidates x classes x log n), n the longest queue
-- keys     active carried numbers persons present robin tickets visits

local OVER = { done = true, cancelled = true, ["no-show"] = true }

local function result(c, ticket, visit, created)
  return qf.ticket_result(c, ticket, visit, { created = created, journey = qf.journey(c, visit) })
end

-- What this person holds: their stop for this service, or their visit to which one can be added.
local function held(c)
  local visit = redis.call("HGET", qf.key.persons(c, c.day), c.a.person)
  visit = visit and qf.load_visit(c, visit)
  if not visit or visit.state == "finished" or visit.state == "cancelled" then
    return nil, nil
  end
  for _, ticket in ipairs(qf.journey(c, visit)) do
    if ticket.service == c.a.service and not OVER[ticket.state] then
      return ticket, visit
    end
  end
  return nil, visit
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

-- The stops that follow the first, planned in order; given with it, to be told together.
local function plan_rest(c, visit, first)
  local told = { first }
  for _, order in ipairs(c.a.next or {}) do
    local ticket = qf.plan(c, visit, order)
    qf.save_ticket(c, ticket)
    told[#told + 1] = ticket
  end
  return told
end

qf.register("check_in", function(c)
  local a = c.a
  local ticket, visit
  if a.person then
    ticket, visit = held(c)
    if ticket then
      -- A planned stop begins when its patient comes for it and no other is under way: they missed that one.
      local may_begin = ticket.state == "planned" and not qf.waits_outside(ticket)
      if may_begin and not qf.is_under_way(qf.journey(c, visit)) and qf.join(c, ticket) then
        qf.tell(c, "ticket.issued", { tickets = { ticket }, visits = { visit }, clinics = { ticket.clinic } })
      end
      return result(c, ticket, visit, false)
    end
  end
  local orders = { a, unpack(a.next or {}) }
  local refusal = qf.check_orders(c, visit or { tickets = {} }, orders)
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
    ticket = qf.plan(c, visit, a)
    qf.join_at(c, ticket, clinic)
  else
    local under_way = qf.is_under_way(qf.journey(c, visit))
    ticket = qf.plan(c, visit, a)
    if under_way then
      qf.save_ticket(c, ticket)
    else
      qf.join(c, ticket)
    end
  end
  local told = plan_rest(c, visit, ticket)
  qf.save_visit(c, visit)
  if a.person then
    redis.call("HSET", qf.key.persons(c, c.day), a.person, visit.id)
  end
  qf.tell(c, "ticket.issued", {
    tickets = told,
    visits = { visit },
    clinics = ticket.clinic and { ticket.clinic } or nil,
  })
  return result(c, ticket, visit, true)
end)
