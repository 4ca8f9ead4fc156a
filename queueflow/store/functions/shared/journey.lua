-- A visit's stops, one at a time: joining a queue, leaving it, and what comes next.

-- Puts a ticket into the queue of a clinic of its candidates; nil when the facility has none of them any more.
function qf.join(c, ticket)
  local class = qf.class_index(c, ticket.priority)
  local clinic = class and qf.balance(c, ticket.balance, ticket.candidates, class)
  if not clinic then
    return nil
  end
  qf.join_at(c, ticket, clinic)
  return clinic
end

function qf.join_at(c, ticket, clinic)
  ticket.clinic, ticket.state = clinic, "waiting"
  ticket.order_at = qf.arrival(c)
  qf.enqueue(c, ticket)
  qf.save_ticket(c, ticket)
end

-- Waiting again after a call, at `order_at`.
function qf.wait_again(c, ticket, order_at)
  ticket.state, ticket.order_at = "waiting", order_at
  ticket.room, ticket.practitioner, ticket.called_at_ms = nil, nil, nil
  qf.enqueue(c, ticket)
  qf.save_ticket(c, ticket)
end

local UNDER_WAY = { waiting = true, called = true, serving = true, ["on-hold"] = true, suspended = true }

-- Whether a stop of this visit is under way, so that another has to wait its turn.
function qf.is_under_way(journey)
  for _, ticket in ipairs(journey) do
    if UNDER_WAY[ticket.state] then
      return true
    end
  end
  return false
end

-- What a visit is after one of its stops ended: the next planned stop begins to wait (that ticket is given, to be
-- told once this end was), or the visit is over. Saves the visit.
function qf.go_on(c, visit)
  local journey = qf.journey(c, visit)
  local began, done, open = nil, false, qf.is_under_way(journey)
  for _, ticket in ipairs(journey) do
    if ticket.state == "planned" and not open and qf.join(c, ticket) then
      began, open = ticket, true
    end
    done = done or ticket.state == "done"
    open = open or ticket.state == "planned" or ticket.state == "no-show"
  end
  if not open then
    visit.state = done and "finished" or "cancelled"
  end
  qf.save_visit(c, visit)
  return began
end

function qf.tell_began(c, ticket, visit)
  if ticket then
    qf.tell(c, "ticket.issued", { tickets = { ticket }, visits = { visit }, clinics = { ticket.clinic } })
  end
end
