-- The called patient did not come; the visit stays open, as they may still turn up.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state
-- tells    ticket.no-show
-- costs    O(clinics of the room x classes x log n)
-- keys     tickets visits active rooms clinic

qf.register("no_show", function(c)
  local ticket, after = qf.moving(c, "no-show")
  if ticket == nil then
    return after
  end
  local room = qf.leave_room(c, ticket)
  qf.save_room(c, room)
  ticket.state, ticket.ended_at_ms = after, c.now
  qf.save_ticket(c, ticket)
  local visit = qf.load_visit(c, ticket.visit)
  qf.tell(c, "ticket.no-show", {
    tickets = { ticket },
    visits = { visit },
    rooms = { room },
    clinics = qf.touched(ticket.clinic, room),
    reason = c.a.reason,
  })
  return qf.ticket_result(c, ticket, visit)
end)
