-- A stop that was ended by mistake waits again, where the clinic's policy puts those who come back, and its visit goes
-- on. Not while the patient is at another stop or has come anew, nor on another day, when others have their number.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state
-- tells    ticket.reopened
-- costs    O(classes x log n)
-- keys     active carried due persons present tickets undo visits

qf.register_move("reopen", "ticket.reopened", function(c, ticket)
  local visit = qf.load_visit(c, ticket.visit)
  local known = ticket.clinic and qf.clinic_setup(c, ticket.clinic) and qf.class_index(c, ticket.priority)
  if not known or visit.merged_into then
    return qf.not_allowed(visit.merged_into and "merged" or "clinic-gone", "reopen")
  end
  if visit.day ~= c.day and redis.call("SISMEMBER", qf.key.carried(c, c.day), visit.id) == 0 then
    return qf.not_allowed("another-day", "reopen")
  end
  local persons = qf.key.persons(c, c.day)
  local known_by = visit.person and redis.call("HGET", persons, visit.person)
  local journey, started = qf.journey(c, visit), false
  if qf.is_under_way(journey) or (known_by and known_by ~= visit.id) then
    return qf.not_allowed("under-way", "reopen")
  end
  if visit.person then
    redis.call("HSET", persons, visit.person, visit.id)
  end
  for _, one in ipairs(journey) do
    started = started or one.started_at_ms ~= nil
  end
  visit.state = started and "in-progress" or "arrived"
  qf.save_visit(c, visit)
  ticket.ended_at_ms = nil
  qf.wait_again(c, ticket, qf.reentry(c, ticket, "reinstated"))
  return { visit = visit }
end)
