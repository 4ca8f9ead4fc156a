-- The visit that a ticket belongs to, with its whole journey.
--
-- takes    ticket: str
-- gives    VisitRecord
-- refuses  unknown-facility, unknown-ticket
-- tells
-- costs    O(stops + classes x log n)
-- keys     present tickets visits

qf.register_read("read_ticket", function(c)
  local ticket = qf.load_ticket(c, c.a.ticket)
  if ticket == nil then
    return qf.refuse("unknown-ticket")
  end
  return qf.visit_record(c, qf.load_visit(c, ticket.visit))
end)
