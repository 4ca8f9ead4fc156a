-- The stop will not take place; the visit's next planned stop begins to wait.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state
-- tells    ticket.cancelled, ticket.issued
-- costs    O(clinics of the room x classes x log n), and of the next stop's candidates
-- keys     tickets visits active rooms clinic waiting robin

qf.register("cancel", function(c)
  local ticket, after = qf.moving(c, "cancel")
  if ticket == nil then
    return after
  end
  local room = nil
  if ticket.state == "waiting" then
    qf.dequeue(c, ticket)
  elseif ticket.state == "called" then
    room = qf.leave_room(c, ticket)
    qf.save_room(c, room)
  end
  ticket.state, ticket.ended_at_ms = after, c.now
  qf.save_ticket(c, ticket)
  local visit = qf.load_visit(c, ticket.visit)
  local began = qf.go_on(c, visit)
  qf.tell(c, "ticket.cancelled", {
    tickets = { ticket },
    visits = { visit },
    rooms = room and { room } or nil,
    clinics = qf.touched(ticket.clinic, room),
    reason = c.a.reason,
  })
  qf.tell_began(c, began, visit)
  return qf.ticket_result(c, ticket, visit)
end)
