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
--          group: int?           stops of one number, in any order: the quickest now first
--          waits_for: list       what must come from outside before the first stop, as slugs
--          next: list            the stops that follow (Order), in order
--          came_for: str?        the service of the stop that the patient came for, the first one's where it is left out
--          appointment: str?     the id or the code of the one they come for
--          any_service: bool     they named none: an appointment may be for another
-- gives    TicketResult
-- refuses  unknown-clinic, validation, unknown-appointment, not-allowed-in-state
-- tells    ticket.issued
-- costs    O(candidates x classes x log n), n the longest queue
-- keys     active appointments bookings carried choices lifts numbers persons present releases robin tickets visits

local OVER = { done = true, cancelled = true, ["no-show"] = true }

-- The visit that this person is on, with its stops; nil, and none, for who comes anew.
local function under_way(c)
  local id = c.a.person and redis.call("HGET", qf.key.persons(c, c.day), c.a.person)
  local visit = id and qf.load_visit(c, id)
  if not visit or visit.state == "finished" or visit.state == "cancelled" then
    return nil, {}
  end
  return visit, qf.journey(c, visit)
end

local function new_visit(c)
  local a = c.a
  return {
    id = c.day .. "-" .. a.nonce,
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

-- The stop of those that is not over; and the last of them that was missed.
local function stop_of(journey, is_it)
  local missed = nil
  for _, ticket in ipairs(journey) do
    if is_it(ticket) and not OVER[ticket.state] then
      return ticket
    end
    missed = is_it(ticket) and ticket.state == "no-show" and ticket or missed
  end
  return nil, missed
end

-- What has to be done first, and what the patient came for with all that follows it.
local function parted(orders, came_for)
  local needed, rest = {}, {}
  for _, order in ipairs(orders) do
    local came = #rest > 0 or order.service == came_for
    table.insert(came and rest or needed, order)
  end
  return needed, rest
end

-- Of what is needed first, that which is still owed: for a stop that the visit has, what came before it and was missed;
-- for a new one, all but what is still to come for another.
local function owed(journey, needed, stop)
  local last, orders = {}, {}
  for _, ticket in ipairs(journey) do
    if stop and ticket.id == stop.id then
      break
    end
    last[ticket.service] = ticket.state
  end
  for _, order in ipairs(needed) do
    local state = last[order.service]
    if state == nil or state == "no-show" or (OVER[state] and not stop) then
      orders[#orders + 1] = order
    end
  end
  return orders
end

-- The stops of a journey for what is held and for what is needed first, up to it.
local function towards(journey, needed, held)
  local wanted, stops = { [held.service] = true }, {}
  for _, order in ipairs(needed) do
    wanted[order.service] = true
  end
  for _, ticket in ipairs(journey) do
    stops[#stops + 1] = wanted[ticket.service] and ticket or nil
    if ticket.id == held.id then
      break
    end
  end
  return stops
end

local function place_of(visit, ticket)
  local place = 1
  while visit.tickets[place] ~= ticket.id do
    place = place + 1
  end
  return place
end

-- Plans stops in their order, from a place of the journey on. Groups are this check-in's own. The one that was booked has
-- its appointment, and the wish for whom it is with.
local function plan_all(c, visit, journey, orders, place)
  local planned = {}
  for i, order in ipairs(orders) do
    local ticket = qf.plan(c, visit, order, place + i - 1)
    planned[i] = ticket
    ticket.group = order.group and planned[1].id .. ":" .. order.group
    local booked = order.booked
    if booked then
      ticket.appointment = { id = booked.id, at_ms = booked.start_ms }
      ticket.wish = booked.practitioner and "practitioner:" .. booked.practitioner or nil
      booked.state, booked.ticket = "checked-in", ticket.id
      redis.call("ZREM", qf.key.releases(c), booked.id)
      qf.save_appointment(c, booked)
    end
    table.insert(journey, place + i - 1, ticket)
  end
  return planned
end

-- A new visit's first stop begins, where nothing has to come from outside for it. The number's series is that of its
-- clinic, so the clinic is taken before the visit has its number, and before its tickets are saved.
local function begin_visit(c, visit, planned, first)
  local lead = first or planned[1]
  local clinic = qf.balance(c, lead.balance, lead.candidates, qf.class_index(c, lead.priority))
  visit.number = qf.new_number(c, qf.clinic_setup(c, clinic).series)
  for _, ticket in ipairs(planned) do
    ticket.number = visit.number
  end
  if first then
    qf.join_at(c, first, clinic)
    qf.note_choice(c, first)
  end
end

-- Saves what was planned, and tells of it, of the appointment that it is for, and of the stop that began.
local function tell(c, visit, planned, first, booked)
  local told = {}
  for _, ticket in ipairs(planned) do
    told[#told + 1] = ticket
    if ticket.state == "planned" then
      qf.save_ticket(c, ticket)
    end
  end
  if #told > 0 then
    qf.save_visit(c, visit)
  end
  -- A stop that was planned by an earlier check-in has been saved before this.
  if first and first.revision > 1 then
    told[#told + 1] = first
  end
  if #told > 0 then
    qf.tell(c, "ticket.issued", {
      tickets = told,
      visits = { visit },
      appointments = booked and booked.ticket and { booked } or nil,
      clinics = first and { first.clinic } or nil,
    })
  end
end

-- The stop that somebody holds already, the last one for it that they missed, and what they have booked; or a refusal.
local function find(c, journey, orders)
  local a = c.a
  local named, refusal = qf.named_appointment(c)
  if refusal then
    return nil, nil, nil, refusal
  end
  local held = stop_of(journey, function(one)
    return one.appointment and (one.appointment.id == named or (named == nil and a.any_service))
  end)
  if held and named then
    return held
  end
  local booked
  booked, refusal = qf.appointment_of(c, named, orders)
  if refusal then
    return nil, nil, nil, refusal
  end
  -- Who comes again while they wait for one appointment comes for the next one only when it is time for that.
  if held and not (booked and qf.is_time_for(c, booked)) then
    return held
  end
  if booked then
    qf.book_stop(c, booked, orders)
  end
  local missed
  held, missed = stop_of(journey, function(one) return one.service == a.came_for end)
  return held, missed, booked
end

qf.register("check_in", function(c)
  local a = c.a
  a.came_for = a.came_for or a.service
  local orders = { a, unpack(a.next or {}) }
  local visit, journey = under_way(c)
  local held, missed, booked, refusal = find(c, journey, orders)
  if refusal then
    return refusal
  end
  local needed, rest = parted(orders, a.came_for)
  local busy = qf.is_under_way(journey)
  orders = held and busy and {} or owed(journey, needed, held or missed)
  for _, order in ipairs(held and {} or rest) do
    orders[#orders + 1] = order
  end
  refusal = qf.check_orders(c, visit or { tickets = {} }, orders)
  if refusal then
    return refusal
  end
  visit = visit or new_visit(c)
  if visit.number == nil and redis.call("HEXISTS", qf.key.visits(c, c.day), visit.id) == 1 then
    return qf.refuse("validation", { field = "nonce", detail = "a visit has this id already" })
  end
  local planned = plan_all(c, visit, journey, orders, held and place_of(visit, held) or #journey + 1)
  local stops = held and towards(journey, needed, held) or planned
  -- Who holds a stop and is at none missed their call, and begins again; so does who comes for something else then.
  local first = not busy and qf.quickest(c, qf.next_stops(stops)) or nil
  if visit.number == nil then
    begin_visit(c, visit, planned, first)
  else
    first = first and qf.begin_stop(c, first)
  end
  tell(c, visit, planned, first, booked)
  if held == nil and a.person then
    redis.call("HSET", qf.key.persons(c, c.day), a.person, visit.id)
  end
  local here = first
  for _, ticket in ipairs(stops) do
    here = here or (qf.at_a_stop(ticket) and ticket)
  end
  local ticket = here or held or planned[1]
  return qf.ticket_result(c, ticket, visit, { created = held == nil, journey = qf.journey(c, visit) })
end)
