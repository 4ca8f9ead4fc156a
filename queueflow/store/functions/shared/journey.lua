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
  if ticket.appointment then
    qf.keep_time(c, ticket)
  end
  qf.enqueue(c, ticket)
  qf.learn_arrival(c, ticket)
  local forecast, position, line = qf.forecast_of(c, ticket)
  ticket.forecast = position > line.spare and forecast or nil -- who need not wait teaches nothing of waits
  qf.save_ticket(c, ticket)
end

-- Waiting again after a call, at `order_at`.
function qf.wait_again(c, ticket, order_at)
  redis.call("ZREM", qf.key.due(c), ticket.id)
  ticket.state, ticket.order_at = "waiting", order_at
  ticket.room, ticket.practitioner, ticket.called_at_ms, ticket.ended_reason = nil, nil, nil, nil
  qf.enqueue(c, ticket)
  qf.learn_arrival(c, ticket)
  qf.save_ticket(c, ticket)
end

-- The states of a stop that its patient is at, one at a time.
local AT_A_STOP = { waiting = true, called = true, serving = true, ["on-hold"] = true }
local OVER = { done = true, cancelled = true, ["no-show"] = true }

function qf.at_a_stop(ticket)
  return AT_A_STOP[ticket.state] or false
end

-- Whether a stop of this visit is under way, so that another has to wait its turn.
function qf.is_under_way(journey)
  for _, ticket in ipairs(journey) do
    if AT_A_STOP[ticket.state] or ticket.state == "suspended" then
      return true
    end
  end
  return false
end

-- Whether something has to come from outside before a stop can begin: a payment, a result.
function qf.waits_outside(ticket)
  return ticket.waits_for ~= nil and #ticket.waits_for > 0
end

-- Whether a stop was ordered at another one, or at one that was ordered there, and so on.
local function comes_from(journey, ticket, origin)
  local ordered_by = {}
  for _, one in ipairs(journey) do
    ordered_by[one.id] = one.ordered_by
  end
  local id = ticket.ordered_by
  while id and id ~= origin.id do
    id = ordered_by[id]
  end
  return id ~= nil
end

local function orders_are_over(journey, suspended)
  for _, ticket in ipairs(journey) do
    if not OVER[ticket.state] and comes_from(journey, ticket, suspended) then
      return false
    end
  end
  return true
end

-- The planned stops of one group, which may be done in any order, but for those that wait for something outside.
function qf.alternatives(journey, group)
  local found = {}
  for _, ticket in ipairs(journey) do
    if ticket.state == "planned" and ticket.group == group and not qf.waits_outside(ticket) then
      found[#found + 1] = ticket
    end
  end
  return found
end

-- What a visit without a stop under way goes on with: planned stops to choose from, or a suspended one to return to.
function qf.next_stops(journey)
  local suspended = nil
  for _, ticket in ipairs(journey) do
    if ticket.state == "suspended" then
      if orders_are_over(journey, ticket) then
        return qf.waits_outside(ticket) and {} or { ticket }
      end
      suspended = ticket
    elseif ticket.state == "planned" then
      if suspended and not comes_from(journey, ticket, suspended) then
        return {}
      end
      if ticket.group then
        return qf.alternatives(journey, ticket.group)
      end
      return qf.waits_outside(ticket) and {} or { ticket }
    end
  end
  return {}
end

-- The expected wait of a stop that would be joined now, seconds; by far the longest where no room is open.
local NO_ROOM_S = 1e9

function qf.wait_now(c, ticket)
  local class, best = qf.class_index(c, ticket.priority), nil
  for _, clinic in ipairs(ticket.candidates) do
    if qf.clinic_setup(c, clinic) then
      local line = qf.picture(c, clinic)
      local wait = qf.newcomers_wait(c, line, class).p50_s
      wait = line.open > 0 and wait or wait + NO_ROOM_S
      best = math.min(best or wait, wait)
    end
  end
  return best or 2 * NO_ROOM_S
end

-- The stop of those that would be over the waiting first; nil of none.
function qf.quickest(c, stops)
  local best, shortest = stops[1], nil
  for _, ticket in ipairs(#stops > 1 and stops or {}) do
    local wait = qf.wait_now(c, ticket)
    if shortest == nil or wait < shortest then
      best, shortest = ticket, wait
    end
  end
  return best
end

-- A planned stop begins to wait; it is given, or nil where the facility has none of its clinics any more. Of a group,
-- another may be quicker later on.
function qf.begin_stop(c, ticket)
  if not qf.join(c, ticket) then
    return nil
  end
  qf.note_choice(c, ticket)
  return ticket
end

function qf.note_choice(c, ticket)
  if ticket.group then
    redis.call("SADD", qf.key.choices(c), ticket.visit)
  end
end

-- Back from what was ordered: to who ordered it, or to the same room where nobody gave a name, in the class for those
-- who return if that is better.
local function come_back(c, ticket)
  for i, class in ipairs(qf.classes(c)) do
    if class.for_returns and i < qf.class_index(c, ticket.priority) then
      ticket.priority = class.id
      break
    end
  end
  ticket.wish = ticket.practitioner and "practitioner:" .. ticket.practitioner or "room:" .. ticket.room
  ticket.ended_at_ms = nil
  qf.wait_again(c, ticket, qf.reentry(c, ticket, "returned"))
end

-- What a visit does after one of its stops ended: the next begins to wait (it is given, to be told once the end was),
-- or the visit is over. Saves the visit.
function qf.go_on(c, visit)
  local journey = qf.journey(c, visit)
  local at_a_stop, open, done = false, false, false
  for _, ticket in ipairs(journey) do
    at_a_stop = at_a_stop or AT_A_STOP[ticket.state] or false
    done = done or ticket.state == "done"
    open = open or not OVER[ticket.state] or ticket.state == "no-show"
  end
  local began = not at_a_stop and qf.quickest(c, qf.next_stops(journey)) or nil
  if began and began.state == "suspended" then
    come_back(c, began)
  elseif began then
    began = qf.begin_stop(c, began)
  end
  if not open then
    visit.state = done and "finished" or "cancelled"
  end
  qf.save_visit(c, visit)
  return began
end

function qf.tell_began(c, ticket, visit)
  if ticket == nil then
    return
  end
  local told = { tickets = { ticket }, visits = { visit }, clinics = { ticket.clinic } }
  -- Who comes back has been started before; a stop that begins has not.
  if ticket.started_at_ms then
    qf.tell(c, "ticket.resumed", told)
  else
    qf.tell(c, "ticket.issued", told)
  end
end
