-- A stop that was ended by mistake waits again, where the clinic's policy puts those who come back, and its visit goes on.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state
-- tells    ticket.reopened
-- costs    O(classes x log n)
-- keys     active due present tickets undo visits

qf.register_move("reopen", "ticket.reopened", function(c, ticket)
  local visit = qf.load_visit(c, ticket.visit)
  local known = ticket.clinic and qf.clinic_setup(c, ticket.clinic) and qf.class_index(c, ticket.priority)
  if not known or visit.merged_into then
    return qf.not_allowed(visit.merged_into and "merged" or "clinic-gone", "reopen")
  end
  if qf.is_under_way(qf.journey(c, visit)) then
    return qf.not_allowed("under-way", "reopen")
  end
  visit.state = ticket.started_at_ms and "in-progress" or "arrived"
  qf.save_visit(c, visit)
  ticket.ended_at_ms = nil
  qf.wait_again(c, ticket, qf.reentry(c, ticket, "reinstated"))
  return { visit = visit }
end)
