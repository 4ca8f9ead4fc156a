-- Calling a waiting ticket to a room: the same for call and call-next.

-- The open room that a command names, with a place free; or nil and a refusal.
function qf.calling_room(c, action)
  if qf.room_setup(c, c.a.room) == nil then
    return nil, qf.refuse("unknown-room")
  end
  local room = qf.load_room(c, c.a.room)
  if room.state ~= "open" then
    return nil, qf.refuse("room-not-open", { state = room.state })
  end
  if #room.tickets >= qf.room_setup(c, room.id).places then
    return nil, qf.not_allowed("occupied", action)
  end
  return room
end

-- Where the clinic's policy says so, a call without an answer becomes a no-show by itself (qf_tick makes it one).
function qf.await_answer(c, ticket)
  local setup = qf.clinic_setup(c, ticket.clinic)
  if setup and setup.no_show_after_s and ticket.calls >= (setup.no_show_calls or 1) then
    redis.call("ZADD", qf.key.due(c), c.now + setup.no_show_after_s * 1000, ticket.id)
  end
end

-- The patient did not come: the room is free, the ticket stays in sight, as they may still turn up. Gives the room.
function qf.miss(c, ticket, reason)
  local room = qf.vacate(c, ticket)
  ticket.state, ticket.ended_at_ms, ticket.ended_reason = "no-show", c.now, reason
  qf.save_ticket(c, ticket)
  return room
end

function qf.call_to_room(c, ticket, room)
  if c.a.ticket == nil then -- whom somebody chose was not called when their turn was
    qf.learn_wait(c, ticket)
  end
  qf.dequeue(c, ticket)
  qf.learn_gap(c, ticket, room)
  ticket.state, ticket.room, ticket.practitioner = "called", room.id, room.practitioner
  ticket.called_at_ms, ticket.calls = c.now, ticket.calls + 1
  ticket.ended_at_ms = nil
  qf.save_ticket(c, ticket)
  room.tickets[#room.tickets + 1] = ticket.id
  qf.save_room(c, room)
  qf.await_answer(c, ticket)
  local visit = qf.load_visit(c, ticket.visit)
  qf.keep_undo(c, "call", ticket, visit)
  qf.tell(c, "ticket.called", {
    tickets = { ticket },
    visits = { visit },
    rooms = { room },
    clinics = qf.touched(ticket.clinic, room),
  })
  return qf.ticket_result(c, ticket, visit)
end
