-- A ticket waits at another clinic from now on, where that clinic's policy says.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
--          clinic: str
--          room: str?            that it shall be called to
--          practitioner: str?    who shall serve it
--          priority: str?        another class, where given
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state, unknown-clinic, unknown-room, validation
-- tells    ticket.transferred
-- costs    O(clinics of the room x classes x log n)
-- keys     active due present rooms tickets undo visits

qf.register_move("transfer", "ticket.transferred", function(c, ticket)
  local a = c.a
  if qf.clinic_setup(c, a.clinic) == nil then
    return qf.refuse("unknown-clinic")
  end
  local priority = a.priority or ticket.priority
  if qf.class_index(c, priority) == nil then
    return qf.refuse("validation", { field = "priority", detail = "the facility has no such class" })
  end
  if a.room and qf.room_setup(c, a.room) == nil then
    return qf.refuse("unknown-room")
  end
  local from, room = ticket.clinic, qf.vacate(c, ticket)
  if ticket.state == "waiting" then
    qf.dequeue(c, ticket)
  end
  ticket.clinic, ticket.priority, ticket.candidates = a.clinic, priority, { a.clinic }
  ticket.started_at_ms = nil
  ticket.wish = a.room and "room:" .. a.room or a.practitioner and "practitioner:" .. a.practitioner or nil
  qf.wait_again(c, ticket, qf.reentry(c, ticket, "transferred"))
  return { room = room, from = from }
end)
