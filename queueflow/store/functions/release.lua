-- Something outside has come that a planned or suspended stop waited for: a payment, a result.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
--          what: str             one of the slugs that it waits for
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state
-- tells    ticket.released, ticket.issued, ticket.resumed
-- costs    O(candidates x classes x log n)
-- keys     active choices due lifts present robin tickets undo visits

qf.register_move("release", "ticket.released", function(c, ticket)
  local left, found = {}, false
  for _, what in ipairs(ticket.waits_for or {}) do
    if what == c.a.what then
      found = true
    else
      left[#left + 1] = what
    end
  end
  if not found then
    return qf.not_allowed("not-waiting-for-that", "release")
  end
  ticket.waits_for = left
  qf.save_ticket(c, ticket)
  local visit = qf.load_visit(c, ticket.visit)
  local began = qf.go_on(c, visit)
  return {
    visit = visit,
    queue = false,
    now = began and began.id == ticket.id and began or nil,
    afterwards = function() qf.tell_began(c, began, visit) end,
  }
end)
