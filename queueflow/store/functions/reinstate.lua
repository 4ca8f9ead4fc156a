-- A patient who missed their call has come after all and waits again, where the clinic's policy says. The visit may
-- have gone on to another stop meanwhile: then this one waits for its turn.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state
-- tells    ticket.reinstated
-- costs    O(clinics of the room x classes x log n)
-- keys     active due present tickets undo visits

qf.register_move("reinstate", "ticket.reinstated", function(c, ticket)
  local visit = qf.load_visit(c, ticket.visit)
  if qf.is_under_way(qf.journey(c, visit)) then
    return qf.not_allowed("under-way", "reinstate")
  end
  ticket.ended_at_ms = nil
  qf.wait_again(c, ticket, qf.reentry(c, ticket, "reinstated"))
  return {}
end)
