-- Takes back a console's last move of a ticket: everything it changed is as it was before, place included. Once, while
-- nothing of it has moved again, and for ten minutes.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state
-- tells    ticket.undone
-- costs    O(tickets of the move x classes x log n)
-- keys     active present rooms tickets undo visits

local IN_ROOM = { called = true, serving = true }

-- The rooms that the tickets go back to, with a place for each; or nil.
local function rooms_for(c, record)
  local rooms = {}
  for _, changed in ipairs(record.tickets) do
    local before = changed.before and cmsgpack.unpack(changed.before)
    local now = qf.load_ticket(c, changed.id)
    if before and IN_ROOM[before.state] and not IN_ROOM[now.state] then
      local room = rooms[before.room] or qf.load_room(c, before.room)
      rooms[before.room] = room
      if room.state == "closed" or #room.tickets >= qf.room_setup(c, room.id).places then
        return nil
      end
      room.tickets[#room.tickets + 1] = before.id
      if now.state == "done" then
        room.served = room.served - 1
      end
    end
  end
  return rooms
end

local function put_back(c, changed, rooms)
  local now = qf.load_ticket(c, changed.id)
  if now.state == "waiting" then
    qf.dequeue(c, now)
  end
  local before = changed.before and cmsgpack.unpack(changed.before)
  if before == nil then
    -- The move made this ticket; it is as if it had never been ordered.
    now.state, now.ended_at_ms = "cancelled", c.now
    qf.save_ticket(c, now)
    return now, now.clinic
  end
  if IN_ROOM[now.state] and not IN_ROOM[before.state] then
    rooms[now.room] = rooms[now.room] or qf.leave_room(c, now)
  end
  before.revision = now.revision
  if before.state == "waiting" then
    qf.enqueue(c, before)
  end
  qf.save_ticket(c, before)
  return before, now.clinic
end

qf.register("undo", function(c)
  local ticket = qf.load_ticket(c, c.a.ticket)
  if ticket == nil then
    return qf.refuse("unknown-ticket")
  end
  if c.a.if_revision ~= nil and c.a.if_revision ~= ticket.revision then
    return qf.refuse("revision-mismatch", { revision = ticket.revision })
  end
  local record, why = qf.kept_undo(c, ticket.id)
  if record == nil then
    return qf.not_allowed(why, "undo")
  end
  local rooms = rooms_for(c, record)
  if rooms == nil then
    return qf.not_allowed("room-taken", "undo")
  end
  redis.call("DEL", qf.key.undo(c, ticket.id))
  local tickets, touched, back = {}, {}, nil
  for i, changed in ipairs(record.tickets) do
    local from
    tickets[i], from = put_back(c, changed, rooms)
    touched[#touched + 1], touched[#touched + 2] = from or tickets[i].clinic, tickets[i].clinic or from
    back = changed.id == ticket.id and tickets[i] or back
  end
  local visit = record.visit and cmsgpack.unpack(record.visit) or qf.load_visit(c, ticket.visit)
  qf.save_visit(c, visit)
  if record.credit then
    qf.took(c, qf.line(c, ticket.clinic), record.credit)
  end
  local told = {}
  for _, room in pairs(rooms) do
    qf.save_room(c, room)
    told[#told + 1] = room
    for _, clinic in ipairs(room.clinics) do
      touched[#touched + 1] = clinic
    end
  end
  qf.tell(c, "ticket.undone", {
    tickets = tickets,
    visits = { visit },
    rooms = told,
    clinics = qf.touched(nil, { clinics = touched }),
    reason = c.a.reason,
  })
  return qf.ticket_result(c, back, visit)
end)
