-- The stop is done; the stops that were ordered with it come next, else the visit's next planned stop begins to wait.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
--          orders: list          the next stops (Order)
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state, unknown-clinic, validation
-- tells    ticket.completed, ticket.issued, ticket.resumed
-- costs    O(clinics of the room x classes x log n), and of the next stops' candidates
-- keys     active choices due freed lifts present robin rooms tickets undo visits

qf.register_move("complete", "ticket.completed", function(c, ticket, after)
  return qf.end_service(c, ticket, after)
end)
