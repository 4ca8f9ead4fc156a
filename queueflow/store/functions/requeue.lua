-- The called patient waits again, where the clinic's policy says: at the end, after some of their class, or at
-- their old place.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state
-- tells    ticket.requeued
-- costs    O(clinics of the room x classes x log n)
-- keys     active due freed present rooms tickets undo visits

qf.register_move("requeue", "ticket.requeued", function(c, ticket)
  local room = qf.vacate(c, ticket)
  qf.wait_again(c, ticket, qf.reentry(c, ticket, "requeued"))
  return { room = room }
end)
