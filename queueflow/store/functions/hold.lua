-- A waiting ticket leaves its queue for a while; its place is kept.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state
-- tells    ticket.held
-- costs    O(clinics of the room x classes x log n)
-- keys     active present tickets undo visits

qf.register_move("hold", "ticket.held", function(c, ticket, after)
  qf.dequeue(c, ticket)
  ticket.state = after
  qf.save_ticket(c, ticket)
  return {}
end)
