-- The patient goes for what was ordered and returns to the same practitioner afterwards.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
--          orders: list          the stops before the return (Order)
--          waits_for: list       what else has to come before the return, as slugs: a lab's result
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state, unknown-clinic, validation
-- tells    ticket.suspended, ticket.issued, ticket.resumed
-- costs    O(clinics of the room x classes x log n), and of the next stops' candidates
-- keys     active choices due freed lifts present robin rooms tickets undo visits

qf.register_move("suspend", "ticket.suspended", function(c, ticket, after)
  if #(c.a.orders or {}) + #(c.a.waits_for or {}) == 0 then
    return qf.refuse("validation", { field = "next", detail = "there is nothing to return from" })
  end
  ticket.waits_for = c.a.waits_for
  return qf.end_service(c, ticket, after)
end)
