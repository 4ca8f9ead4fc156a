-- A visit with its whole journey, and its place where it waits.
--
-- takes    visit: str
-- gives    VisitRecord
-- refuses  unknown-facility, unknown-visit
-- tells
-- costs    O(stops + classes x log n)
-- keys     present tickets visits

qf.register_read("read_visit", function(c)
  local visit = qf.load_visit(c, c.a.visit)
  if visit == nil then
    return qf.refuse("unknown-visit")
  end
  return qf.visit_record(c, visit)
end)
