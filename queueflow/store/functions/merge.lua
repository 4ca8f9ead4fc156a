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
-- keys     active choices due lifts persons present robin tickets visits

local OVER = { done = true, cancelled = true }
local IN_THE_WAY = { called = true, serving = true, suspended = true }
local MOST_STOPS = 99

-- The open stop of a journey for a service, if it has one.
local function stop_for(journey, service)
  for _, ticket in ipairs(journey) do
    if ticket.service == service and not OVER[ticket.state] and ticket.state ~= "no-show" then
      return ticket
    end
  end
  return nil
end

local function close_stop(c, ticket)
  if ticket.state == "waiting" then
    qf.dequeue(c, ticket)
  end
  ticket.state, ticket.ended_at_ms, ticket.ended_reason = "cancelled", c.now, "merged"
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
  for _, one in ipairs({ visit, other }) do
    if one.state == "finished" or one.state == "cancelled" then
      return qf.not_allowed(one.state, "merge")
    end
  end
  local mine, theirs = qf.journey(c, visit), qf.journey(c, other)
  for _, ticket in ipairs(theirs) do
    if IN_THE_WAY[ticket.state] then
      return qf.not_allowed(ticket.state, "merge")
    end
  end
  if #mine + #theirs > MOST_STOPS then
    return qf.refuse("validation", { field = "other", detail = "a visit has at most 99 stops" })
  end
  local tickets, clinics, done = {}, {}, false
  local both, earliest = {}, {}
  for _, ticket in ipairs(theirs) do
    done = done or ticket.state == "done"
    if not OVER[ticket.state] then
      local missed = ticket.state == "no-show"
      clinics[#clinics + 1] = ticket.clinic
      close_stop(c, ticket)
      tickets[#tickets + 1] = ticket
      local same = stop_for(mine, ticket.service)
      if same then
        both[#both + 1] = earliest[same.id] == nil and same or nil
        earliest[same.id] = math.min(earliest[same.id] or ticket.order_at, ticket.order_at)
      elseif not missed then
        local moved = qf.plan(c, visit, ticket)
        moved.issued_at_ms, moved.group = ticket.issued_at_ms, ticket.group
        moved.appointment, moved.wish = ticket.appointment, ticket.appointment and ticket.wish
        qf.save_ticket(c, moved)
        tickets[#tickets + 1] = moved
      end
    end
  end
  -- The stop that both have keeps the earlier of the two places.
  for _, same in ipairs(both) do
    if same.state == "waiting" and earliest[same.id] < same.order_at then
      qf.dequeue(c, same)
      same.order_at = earliest[same.id]
      qf.enqueue(c, same)
      qf.save_ticket(c, same)
      tickets[#tickets + 1], clinics[#clinics + 1] = same, same.clinic
    end
  end
  other.state, other.merged_into = done and "finished" or "cancelled", visit.id
  qf.save_visit(c, other)
  if other.person then
    redis.call("HSET", qf.key.persons(c, c.day), other.person, visit.id)
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
