-- Takes back a console's last move of a ticket: everything it changed is as it was before, place included. Once, while
-- nothing of it has moved again, and for ten minutes.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state
-- tells    ticket.undone, ticket.issued, ticket.resumed
-- costs    O(tickets of the move x classes x log n)
-- keys     active choices due lifts persons present robin rooms tickets undo visits

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
      local setup = qf.room_setup(c, room.id)
      if setup == nil or room.state == "closed" or #room.tickets >= setup.places then
        return nil
      end
      room.tickets[#room.tickets + 1] = before.id
      if now.state == "done" or now.state == "suspended" then
        room.served = room.served - 1
      end
    end
  end
  return rooms
end

-- Why the tickets cannot go back, or nil: the rules no longer have their clinic or class, or the patient has gone on.
local function obstacle(c, record, visit)
  if visit.merged_into then
    return "merged"
  end
  local journey = {}
  for _, ticket in ipairs(qf.journey(c, visit)) do
    journey[ticket.id] = ticket
  end
  for _, changed in ipairs(record.tickets) do
    local before = changed.before and cmsgpack.unpack(changed.before)
    journey[changed.id] = before or nil
    if before and (qf.class_index(c, before.priority) == nil or (before.clinic and not qf.clinic_setup(c, before.clinic))) then
      return "gone from the rules"
    end
  end
  local at_stops = 0
  for _, ticket in pairs(journey) do
    at_stops = at_stops + (qf.at_a_stop(ticket) and 1 or 0)
  end
  local known = visit.person and redis.call("HGET", qf.key.persons(c, c.day), visit.person)
  if at_stops > 1 or (known and known ~= visit.id) then
    return "under-way"
  end
  return nil
end

local function put_back(c, changed, rooms)
  local now = qf.load_ticket(c, changed.id)
  redis.call("ZREM", qf.key.due(c), now.id)
  if now.state == "waiting" then
    qf.dequeue(c, now)
  end
  local before = changed.before and cmsgpack.unpack(changed.before)
  if before == nil then
    -- The move made this ticket; it is as if it had never been ordered.
    now.state, now.ended_at_ms, now.ended_reason = "cancelled", c.now, "undone"
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
  if before.state == "called" then
    qf.await_answer(c, before)
  end
  qf.save_ticket(c, before)
  return before, now.clinic
end

-- What the visit is with its stops put back, as far as other stops have not moved it on since; saves it. Where they are
-- over meanwhile, what is to come begins: that ticket is given.
local function restore_visit(c, visit, record)
  local open, at_a_stop, started = false, false, record.visit_before == "in-progress"
  for _, ticket in ipairs(qf.journey(c, visit)) do
    open = open or (ticket.state ~= "done" and ticket.state ~= "cancelled")
    at_a_stop = at_a_stop or qf.at_a_stop(ticket) or ticket.state == "no-show"
    started = started or ticket.started_at_ms ~= nil
  end
  local was_over = visit.state == "finished" or visit.state == "cancelled"
  if open and was_over then
    visit.state = started and "in-progress" or "arrived"
  elseif open and visit.state == record.visit_after and record.visit_before == "arrived" then
    visit.state = "arrived"
  end
  if at_a_stop then
    qf.save_visit(c, visit)
    return nil
  end
  return qf.go_on(c, visit)
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
  local visit = qf.load_visit(c, ticket.visit)
  local blocked = obstacle(c, record, visit)
  if blocked then
    return qf.not_allowed(blocked, "undo")
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
  local began = restore_visit(c, visit, record)
  -- What the call took from the classes' credit, as far as they are the same ones; other calls' shares stay theirs.
  if record.gave and record.version == c.version then
    local line, credit = qf.line(c, ticket.clinic), {}
    for i, one in ipairs(line.credit) do
      credit[i] = one + record.gave.credit[i]
    end
    qf.took(c, line, { credit = credit, unreserved = math.max(0, line.unreserved + record.gave.unreserved) })
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
  qf.tell_began(c, began, visit)
  return qf.ticket_result(c, began and began.id == back.id and began or back, visit)
end)
