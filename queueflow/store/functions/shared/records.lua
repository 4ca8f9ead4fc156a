-- Tickets, visits and rooms as they lie in the store: one packed map each.

function qf.load_ticket(c, id)
  local packed = redis.call("HGET", qf.key.tickets(c, id), id)
  if not packed then
    return nil
  end
  qf.note_before(c, id, packed)
  return cmsgpack.unpack(packed)
end

function qf.load_visit(c, id)
  local packed = redis.call("HGET", qf.key.visits(c, id), id)
  if not packed then
    return nil
  end
  qf.note_before(c, id, packed)
  return cmsgpack.unpack(packed)
end

local OVER = { done = true, cancelled = true }

-- Every change of a ticket goes through here: its revision, and whether it is still under way.
function qf.save_ticket(c, ticket)
  ticket.revision = (ticket.revision or 0) + 1
  if c.revisions[ticket.id] == nil then
    c.saved[#c.saved + 1] = ticket.id
  end
  c.revisions[ticket.id] = ticket.revision
  if c.before[ticket.id] == nil then
    c.before[ticket.id] = false -- it came into being by this command
  end
  redis.call("HSET", qf.key.tickets(c, ticket.id), ticket.id, cmsgpack.pack(ticket))
  redis.call(OVER[ticket.state] and "SREM" or "SADD", qf.key.active(c), ticket.id)
end

function qf.save_visit(c, visit)
  redis.call("HSET", qf.key.visits(c, visit.id), visit.id, cmsgpack.pack(visit))
end

-- The tickets of a visit, in the journey's order.
function qf.journey(c, visit)
  local packed = redis.call("HMGET", qf.key.tickets(c, visit.id), unpack(visit.tickets))
  local journey = {}
  for i, one in ipairs(packed) do
    qf.note_before(c, visit.tickets[i], one)
    journey[i] = cmsgpack.unpack(one)
  end
  return journey
end

-- A room as it is now; one never opened is closed.
function qf.load_room(c, id)
  local packed = redis.call("HGET", qf.key.rooms(c), id)
  if packed then
    return cmsgpack.unpack(packed)
  end
  return { id = id, state = "closed", revision = 0, clinics = {}, tickets = {}, served = 0 }
end

-- Saves a room and keeps the counts of open and free rooms of the clinics it serves or served before.
function qf.save_room(c, room)
  local before = qf.load_room(c, room.id)
  room.revision = before.revision + 1
  redis.call("HSET", qf.key.rooms(c), room.id, cmsgpack.pack(room))
  qf.count_room(c, before, -1)
  qf.count_room(c, room, 1)
  qf.count_present(c, before, -1)
  qf.count_present(c, room, 1)
end

-- A room that is not closed is there for the clinics that it serves, and so is who works in it: tickets that wish for
-- either wait for it.
function qf.count_present(c, room, by)
  for _, clinic in ipairs(room.state ~= "closed" and room.clinics or {}) do
    redis.call("HINCRBY", qf.key.present(c), clinic .. "/room:" .. room.id, by)
    if room.practitioner then
      redis.call("HINCRBY", qf.key.present(c), clinic .. "/practitioner:" .. room.practitioner, by)
    end
  end
end

function qf.count_room(c, room, by)
  local until_ms = room.state == "paused" and room.paused_until_ms or nil
  if room.state ~= "open" and until_ms == nil then
    return
  end
  local setup = qf.room_setup(c, room.id)
  local spare = setup.places - #room.tickets
  local serves = "serves:" .. (setup.takes or "in-order") .. ":" .. table.concat(room.clinics, ",")
  for _, clinic in ipairs(room.clinics) do
    local kept = qf.key.clinic(c, clinic)
    qf.learn_places(c, clinic)
    if until_ms and by > 0 then
      redis.call("HSET", kept, "back:" .. room.id, until_ms)
    elseif until_ms then
      redis.call("HDEL", kept, "back:" .. room.id)
    else
      redis.call("HINCRBY", kept, "open", by)
      if spare > 0 then
        redis.call("HINCRBY", kept, "free", by)
        redis.call("HINCRBY", kept, "spare", spare * by)
      end
      if redis.call("HINCRBY", kept, serves, setup.places * by) == 0 then
        redis.call("HDEL", kept, serves)
      end
    end
    qf.changed(c, clinic)
  end
end

-- What is kept of a clinic's rooms, to be counted anew, and what its classes have to their credit.
function qf.forget_rooms_and_credit(c, clinic)
  qf.learn_places(c, clinic)
  local kept = qf.key.clinic(c, clinic)
  local fields = redis.call("HKEYS", kept)
  for _, field in ipairs(fields) do
    local kind = string.match(field, "^(%l+):")
    if kind == "serves" or kind == "back" or kind == "credit" then
      redis.call("HDEL", kept, field)
    end
  end
  redis.call("HDEL", kept, "open", "free", "spare")
  qf.changed(c, clinic)
end

function qf.leave_room(c, ticket)
  local room = qf.load_room(c, ticket.room)
  local left = {}
  for _, id in ipairs(room.tickets) do
    if id ~= ticket.id then
      left[#left + 1] = id
    end
  end
  room.tickets = left
  return room
end
