-- The called patient is in the room.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state
-- tells    ticket.started
-- costs    O(1)
-- keys     tickets visits active

qf.register("start", function(c)
  local ticket, after = qf.moving(c, "start")
  if ticket == nil then
    return after
  end
  ticket.state, ticket.started_at_ms = after, c.now
  qf.save_ticket(c, ticket)
  local visit = qf.load_visit(c, ticket.visit)
  visit.state = "in-progress"
  qf.save_visit(c, visit)
  qf.tell(c, "ticket.started", { tickets = { ticket }, visits = { visit }, reason = c.a.reason })
  return qf.ticket_result(c, ticket, visit)
end)
