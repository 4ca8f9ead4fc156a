-- The called patient is in the room.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state
-- tells    ticket.started
-- costs    O(1)
-- keys     active present tickets undo visits

qf.register_move("start", "ticket.started", function(c, ticket, after)
  ticket.state, ticket.started_at_ms = after, c.now
  qf.save_ticket(c, ticket)
  local visit = qf.load_visit(c, ticket.visit)
  visit.state = "in-progress"
  qf.save_visit(c, visit)
  return { visit = visit, queue = false }
end)
