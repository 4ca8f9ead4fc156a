-- A waiting ticket goes on waiting in another class, by its old arrival.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
--          priority: str
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state, validation
-- tells    ticket.prioritised
-- costs    O(clinics of the room x classes x log n)
-- keys     active present tickets undo visits

qf.register_move("prioritise", "ticket.prioritised", function(c, ticket, after)
  if qf.class_index(c, c.a.priority) == nil then
    return qf.refuse("validation", { field = "priority", detail = "the facility has no such class" })
  end
  if after == "waiting" then
    qf.dequeue(c, ticket)
  end
  ticket.priority = c.a.priority
  if after == "waiting" then
    qf.enqueue(c, ticket)
  end
  qf.save_ticket(c, ticket)
  return {}
end)
