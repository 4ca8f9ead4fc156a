-- The called patient did not come; the visit stays open, as they may still turn up.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state
-- tells    ticket.no-show
-- costs    O(clinics of the room x classes x log n)
-- keys     tickets visits active rooms clinic undo

qf.register_move("no_show", "ticket.no-show", function(c, ticket, after)
  local room = qf.vacate(c, ticket)
  ticket.state, ticket.ended_at_ms = after, c.now
  qf.save_ticket(c, ticket)
  return { room = room }
end)
