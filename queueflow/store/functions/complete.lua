-- The stop is done; the visit's next planned stop begins to wait.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state
-- tells    ticket.completed, ticket.issued
-- costs    O(clinics of the room x classes x log n), and of the next stop's candidates
-- keys     tickets visits active rooms clinic waiting robin

qf.register("complete", function(c)
  local ticket, after = qf.moving(c, "complete")
  if ticket == nil then
    return after
  end
  ticket.state, ticket.ended_at_ms = after, c.now
  qf.save_ticket(c, ticket)
  qf.learn_pace(c, ticket)
  local room = qf.leave_room(c, ticket)
  room.served = room.served + 1
  qf.save_room(c, room)
  local visit = qf.load_visit(c, ticket.visit)
  local began = qf.go_on(c, visit)
  qf.tell(c, "ticket.completed", {
    tickets = { ticket },
    visits = { visit },
    rooms = { room },
    clinics = qf.touched(ticket.clinic, room),
    reason = c.a.reason,
  })
  qf.tell_began(c, began, visit)
  return qf.ticket_result(c, ticket, visit)
end)
