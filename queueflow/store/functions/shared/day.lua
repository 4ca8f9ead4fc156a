-- The service day: it begins with the first command of a later date. Numbers restart; who is under way stays under
-- way, past midnight too; what was left over from the day before is ended.

local LEFT_OVER_MS = 12 * 3600 * 1000
local KEEP_DAY_S = 8 * 24 * 3600

local function last_moved(ticket)
  local called, started, ended = ticket.called_at_ms or 0, ticket.started_at_ms or 0, ticket.ended_at_ms or 0
  return math.max(ticket.issued_at_ms, ticket.order_at, called, started, ended)
end

-- Whose patient is still here, and is to be told that it was in vain.
local WAITS = { waiting = true, called = true, ["on-hold"] = true }

local function end_ticket(c, ticket, rooms)
  if ticket.state == "waiting" then
    qf.dequeue(c, ticket)
  end
  if ticket.state == "called" or ticket.state == "serving" then
    local room = qf.leave_room(c, ticket)
    qf.save_room(c, room)
    rooms[room.id] = room
  end
  ticket.state = ticket.state == "serving" and "done" or "cancelled"
  ticket.ended_at_ms, ticket.ended_reason = c.now, "day-closed"
  qf.save_ticket(c, ticket)
end

-- Ends the visits that nobody has touched for so long, each with all of its stops, as a planned one alone would never
-- have its turn; the rest keep their numbers, which nobody gets anew.
local function sweep(c, left_over_ms)
  local tickets, visits, rooms, carried = {}, {}, {}, {}
  local under_way, moved, waited = {}, {}, 0
  for i, id in ipairs(redis.call("SMEMBERS", qf.key.active(c))) do
    local ticket = qf.load_ticket(c, id)
    under_way[i], moved[ticket.visit] = ticket, math.max(moved[ticket.visit] or 0, last_moved(ticket))
  end
  for _, ticket in ipairs(under_way) do
    if c.now - moved[ticket.visit] > left_over_ms then
      waited = waited + (WAITS[ticket.state] and 1 or 0)
      end_ticket(c, ticket, rooms)
      tickets[#tickets + 1] = ticket
      visits[ticket.visit] = true
    else
      carried[ticket.visit] = true
    end
  end
  local ended = {}
  for id in pairs(visits) do
    local visit = qf.load_visit(c, id)
    visit.state = visit.state == "arrived" and "cancelled" or "finished"
    qf.save_visit(c, visit)
    ended[#ended + 1] = visit
  end
  for id in pairs(carried) do
    qf.carry_over(c, qf.load_visit(c, id))
  end
  for _, id in ipairs(qf.room_ids(c)) do
    local room = qf.load_room(c, id)
    if room.state ~= "closed" and #room.tickets == 0 and c.now - (room.opened_at_ms or 0) > left_over_ms then
      room.state, room.practitioner, room.paused_until_ms, room.opened_at_ms = "closed", nil, nil, nil
      room.clinics = {}
    end
    room.served = 0
    qf.save_room(c, room)
    rooms[id] = room
  end
  return tickets, ended, rooms, waited
end

-- A visit that goes on past midnight: its number is not given again, and its patient is still known.
function qf.carry_over(c, visit)
  redis.call("SADD", qf.key.carried(c, c.day), visit.number, visit.id)
  if visit.person then
    redis.call("HSET", qf.key.persons(c, c.day), visit.person, visit.id)
  end
end

-- Ends what is left over from longer ago than that, and tells it; gives how many tickets that were, and how many of
-- them still waited.
function qf.end_day(c, left_over_ms)
  local tickets, visits, rooms, waited = sweep(c, left_over_ms)
  local told = {}
  for _, id in ipairs(qf.room_ids(c)) do
    told[#told + 1] = rooms[id]
  end
  qf.tell(c, "day.closed", {
    tickets = tickets,
    visits = visits,
    rooms = told,
    clinics = qf.clinic_ids(c),
    reason = "day-closed",
  })
  return #tickets, waited
end

-- Moves to the command's day when that is later; a worker whose clock is behind stays in the facility's. A command of
-- the day "" knows none: it is the store's own affair.
function qf.enter_day(c)
  if c.version == nil or c.a.day == "" or (c.day and c.a.day <= c.day) then
    return
  end
  local before = c.day
  c.day = c.a.day
  redis.call("HSET", qf.key.meta(c), "day", c.day)
  if before == nil then
    return
  end
  for _, key in ipairs(qf.keys_of_day(c, before)) do
    redis.call("EXPIRE", key, KEEP_DAY_S)
  end
  local there = qf.there(c)
  qf.end_day(c, LEFT_OVER_MS)
  qf.hand_on(c, there, "room-closed")
end
