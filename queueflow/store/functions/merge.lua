-- One patient's visit was opened twice: the stops of the other one that are not over go on in this visit, in their
-- order; a service that both have once, at the earlier place. Not while the other's patient is called or in a room.
--
-- takes    visit: str            goes on
--          other: str            is closed
--          reason: str?
-- gives    VisitResult
-- refuses  unknown-visit, not-allowed-in-state, validation
-- tells    visit.merged, ticket.issued, ticket.resumed
-- costs    O(stops x classes x log n)
-- keys     active choices due persons present robin tickets visits

local STAYS = { done = true, cancelled = true, ["no-show"] = true }
local MOVES = { planned = true, waiting = true, ["on-hold"] = true }
local MOST_STOPS = 99

-- The open stop of a journey for a service, if it has one.
local function stop_for(journey, service)
  for _, ticket in ipairs(journey) do
    if ticket.service == service and not STAYS[ticket.state] then
      return ticket
    end
  end
  return nil
end

-- The stop that both have keeps the earlier of the two places.
local function earlier(c, mine, order_at)
  if mine.state == "waiting" and order_at < mine.order_at then
    qf.dequeue(c, mine)
    mine.order_at = order_at
    qf.enqueue(c, mine)
    qf.save_ticket(c, mine)
  end
end

local function close_stop(c, ticket)
  if ticket.state == "waiting" then
    qf.dequeue(c, ticket)
  end
  ticket.state, ticket.ended_at_ms = "cancelled", c.now
  qf.save_ticket(c, ticket)
end

qf.register("merge", function(c)
  local a = c.a
  local visit, other = qf.load_visit(c, a.visit), qf.load_visit(c, a.other)
  if visit == nil or other == nil then
    return qf.refuse("unknown-visit")
  end
  if a.visit == a.other then
    return qf.refuse("validation", { field = "other", detail = "a visit is not merged with itself" })
  end
  local mine, theirs = qf.journey(c, visit), qf.journey(c, other)
  if visit.merged_into or visit.state == "finished" or visit.state == "cancelled" then
    return qf.not_allowed(visit.state, "merge")
  end
  for _, ticket in ipairs(theirs) do
    if not STAYS[ticket.state] and not MOVES[ticket.state] then
      return qf.not_allowed(ticket.state, "merge")
    end
  end
  if #mine + #theirs > MOST_STOPS then
    return qf.refuse("validation", { field = "other", detail = "a visit has at most 99 stops" })
  end
  local tickets, clinics = {}, {}
  for _, ticket in ipairs(theirs) do
    if MOVES[ticket.state] then
      clinics[#clinics + 1] = ticket.clinic
      close_stop(c, ticket)
      local same = stop_for(mine, ticket.service)
      if same then
        earlier(c, same, ticket.order_at)
      else
        same = qf.plan(c, visit, ticket)
        same.issued_at_ms = ticket.issued_at_ms
        qf.save_ticket(c, same)
      end
      tickets[#tickets + 1], tickets[#tickets + 2] = ticket, same
      clinics[#clinics + 1] = same.clinic
    end
  end
  other.state, other.merged_into = "cancelled", visit.id
  qf.save_visit(c, other)
  if other.person then
    redis.call("HSET", qf.key.persons(c, other.day), other.person, visit.id)
  end
  local began = qf.go_on(c, visit)
  qf.tell(c, "visit.merged", {
    tickets = tickets,
    visits = { visit, other },
    clinics = qf.touched(nil, { clinics = clinics }),
    reason = a.reason,
  })
  qf.tell_began(c, began, visit)
  return { visit = visit, journey = qf.journey(c, visit) }
end)
