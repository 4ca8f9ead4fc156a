-- The stop is done; the visit's next planned stop begins to wait.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state
-- tells    ticket.completed, ticket.issued
-- costs    O(clinics of the room x classes x log n), and of the next stop's candidates
-- keys     tickets visits active rooms clinic waiting robin undo

qf.register_move("complete", "ticket.completed", function(c, ticket, after)
  local room = qf.leave_room(c, ticket)
  room.served = room.served + 1
  qf.save_room(c, room)
  ticket.state, ticket.ended_at_ms = after, c.now
  qf.save_ticket(c, ticket)
  qf.learn_pace(c, ticket)
  local visit = qf.load_visit(c, ticket.visit)
  local began = qf.go_on(c, visit)
  return { room = room, visit = visit, afterwards = function() qf.tell_began(c, began, visit) end }
end)
