-- A ticket on hold waits again at its old place.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state
-- tells    ticket.resumed
-- costs    O(clinics of the room x classes x log n)
-- keys     active due present tickets undo visits

qf.register_move("resume", "ticket.resumed", function(c, ticket)
  qf.wait_again(c, ticket, ticket.order_at)
  return {}
end)
