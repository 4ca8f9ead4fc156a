-- A patient who is late lets others go first, where the clinic's policy says; once a stop.
--
-- takes    visit: str
-- gives    TicketResult
-- refuses  unknown-visit, not-allowed-in-state
-- tells    ticket.deferred
-- costs    O(stops + classes x log n)
-- keys     active due present tickets undo visits

qf.register("defer", function(c)
  local visit = qf.load_visit(c, c.a.visit)
  if visit == nil then
    return qf.refuse("unknown-visit")
  end
  local ticket, state = nil, visit.state
  for _, one in ipairs(qf.journey(c, visit)) do
    state = qf.at_a_stop(one) and one.state or state
    ticket = one.state == "waiting" and one or ticket
  end
  if ticket == nil then
    return qf.not_allowed(state, "defer")
  end
  if ticket.deferred then
    return qf.not_allowed("deferred", "defer")
  end
  local rank = qf.rank(c, ticket)
  qf.dequeue(c, ticket)
  ticket.deferred = true
  qf.wait_again(c, ticket, qf.reentry(c, ticket, "deferred", rank))
  qf.keep_undo(c, "defer", ticket, visit)
  qf.tell(c, "ticket.deferred", {
    tickets = { ticket },
    visits = { visit },
    clinics = { ticket.clinic },
    reason = "late",
  })
  return qf.ticket_result(c, ticket, visit)
end)
