-- The called patient did not come; the visit stays open, as they may still turn up.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state
-- tells    ticket.no-show
-- costs    O(clinics of the room x classes x log n)
-- keys     active freed present rooms tickets undo visits

qf.register_move("no_show", "ticket.no-show", function(c, ticket)
  return { room = qf.miss(c, ticket, c.a.reason) }
end)
