-- The stop will not take place; the visit's next planned stop begins to wait.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state
-- tells    ticket.cancelled, ticket.issued, ticket.resumed
-- costs    O(clinics of the room x classes x log n), and of the next stop's candidates
-- keys     active choices due freed lifts present robin rooms tickets undo visits

qf.register_move("cancel", "ticket.cancelled", function(c, ticket, after)
  if ticket.state == "waiting" then
    qf.dequeue(c, ticket)
  end
  local room = qf.vacate(c, ticket)
  ticket.state, ticket.ended_at_ms, ticket.ended_reason = after, c.now, c.a.reason
  qf.save_ticket(c, ticket)
  local visit = qf.load_visit(c, ticket.visit)
  local began = qf.go_on(c, visit)
  return { room = room, visit = visit, afterwards = function() qf.tell_began(c, began, visit) end }
end)
