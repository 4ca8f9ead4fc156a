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

function qf.call_to_room(c, ticket, room)
  qf.dequeue(c, ticket)
  ticket.state, ticket.room, ticket.practitioner = "called", room.id, room.practitioner
  ticket.called_at_ms, ticket.calls = c.now, ticket.calls + 1
  ticket.ended_at_ms = nil
  qf.save_ticket(c, ticket)
  room.tickets[#room.tickets + 1] = ticket.id
  qf.save_room(c, room)
  local visit = qf.load_visit(c, ticket.visit)
  qf.keep_undo(c, "call", ticket)
  qf.tell(c, "ticket.called", {
    tickets = { ticket },
    visits = { visit },
    rooms = { room },
    clinics = qf.touched(ticket.clinic, room),
  })
  return qf.ticket_result(c, ticket, visit)
end
