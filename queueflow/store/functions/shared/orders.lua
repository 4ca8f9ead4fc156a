-- Stops that were ordered: by the rules at check-in, by whoever completes or suspends a stop.

local MOST_STOPS = 99

-- Whether a visit can take the orders; nil, or a refusal.
function qf.check_orders(c, visit, orders)
  if #visit.tickets + #orders > MOST_STOPS then
    return qf.refuse("validation", { field = "next", detail = "a visit has at most 99 stops" })
  end
  for _, order in ipairs(orders) do
    if qf.class_index(c, order.priority) == nil then
      return qf.refuse("validation", { field = "priority", detail = "the facility has no such class" })
    end
    local known = false
    for _, clinic in ipairs(order.candidates) do
      known = known or qf.clinic_setup(c, clinic) ~= nil
    end
    if not known then
      return qf.refuse("unknown-clinic")
    end
  end
  return nil
end

-- A planned ticket for a stop, at a place of its visit's journey.
function qf.plan(c, visit, order, place)
  local stop = #visit.tickets + 1
  local id = visit.id .. "-" .. stop
  table.insert(visit.tickets, place or stop, id)
  return {
    id = id,
    visit = visit.id,
    number = visit.number,
    service = order.service,
    priority = order.priority,
    state = "planned",
    issued_at_ms = c.now,
    order_at = c.now,
    revision = 0,
    calls = 0,
    candidates = order.candidates,
    balance = order.balance,
    decision = order.decision,
    waits_for = order.waits_for,
  }
end

-- Plans the orders right after the stop that ordered them, and gives their tickets. Groups are this stop's own.
function qf.plan_orders(c, visit, ticket, orders)
  local at = 1
  while visit.tickets[at] ~= ticket.id do
    at = at + 1
  end
  local planned = {}
  for i, order in ipairs(orders) do
    local one = qf.plan(c, visit, order, at + i)
    one.ordered_by = ticket.id
    one.group = order.group and ticket.id .. ":" .. order.group or nil
    qf.save_ticket(c, one)
    planned[i] = one
  end
  return planned
end

-- The end of a service, for good or until the patient returns: orders are planned, the room is free, the visit goes on.
function qf.end_service(c, ticket, after)
  local visit, orders = qf.load_visit(c, ticket.visit), c.a.orders or {}
  local refusal = qf.check_orders(c, visit, orders)
  if refusal then
    return refusal
  end
  local room = qf.leave_room(c, ticket)
  qf.learn_turn(c, ticket, room)
  room.served = room.served + 1
  qf.save_room(c, room)
  ticket.state, ticket.ended_at_ms = after, c.now
  qf.save_ticket(c, ticket)
  qf.learn_service(c, ticket)
  local planned = qf.plan_orders(c, visit, ticket, orders)
  local began = qf.go_on(c, visit)
  return {
    room = room,
    visit = visit,
    also = planned,
    afterwards = function() qf.tell_began(c, began, visit) end,
  }
end
