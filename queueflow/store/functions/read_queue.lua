-- A clinic's waiting tickets in the order in which they would be called, were nobody to come.
--
-- takes    clinic: str
-- gives    ClinicQueue
-- refuses  unknown-facility, unknown-clinic
-- tells
-- costs    O(n x classes)
-- keys     present tickets visits

qf.register_read("read_queue", function(c)
  if qf.clinic_setup(c, c.a.clinic) == nil then
    return qf.refuse("unknown-clinic")
  end
  local line = qf.line(c, c.a.clinic)
  local waiting, before = {}, {}
  for position, id in ipairs(qf.following(c, line, line.waiting)) do
    local ticket = qf.load_ticket(c, id)
    local class, waited_s = qf.class_index(c, ticket.priority), qf.waited_s(c, ticket)
    waiting[position] = {
      ticket = ticket,
      visit = qf.load_visit(c, ticket.visit),
      position = position,
      estimated_wait = qf.expected_wait(c, line, class, position - 1, before[class] or 0, waited_s),
    }
    before[class] = (before[class] or 0) + 1
  end
  return { clinic = qf.clinic_state(c, c.a.clinic), waiting = waiting }
end)
