-- Calls a called patient once more.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state
-- tells    ticket.recalled
-- costs    O(1)
-- keys     tickets visits active

qf.register("recall", function(c)
  local ticket, after = qf.moving(c, "recall")
  if ticket == nil then
    return after
  end
  ticket.state, ticket.calls = after, ticket.calls + 1
  qf.save_ticket(c, ticket)
  local visit = qf.load_visit(c, ticket.visit)
  qf.tell(c, "ticket.recalled", { tickets = { ticket }, visits = { visit }, reason = c.a.reason })
  return qf.ticket_result(c, ticket, visit)
end)
