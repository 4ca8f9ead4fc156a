-- The patient gives up: every stop of the visit that is not over is cancelled. Not while one is being served.
--
-- takes    visit: str
-- gives    VisitResult
-- refuses  unknown-visit, not-allowed-in-state
-- tells    ticket.cancelled
-- costs    O(stops x classes x log n)
-- keys     active choices due freed lifts present robin rooms tickets undo visits

qf.register("give_up", function(c)
  local visit = qf.load_visit(c, c.a.visit)
  if visit == nil then
    return qf.refuse("unknown-visit")
  end
  if visit.state == "finished" or visit.state == "cancelled" then
    return qf.not_allowed(visit.state, "give-up")
  end
  local journey = qf.journey(c, visit)
  for _, ticket in ipairs(journey) do
    if ticket.state == "serving" then
      return qf.not_allowed("serving", "give-up")
    end
  end
  local tickets, rooms, clinics, current = {}, {}, {}, nil
  for _, ticket in ipairs(journey) do
    local after = qf.transitions["cancel"][ticket.state]
    if after then
      current = (current == nil or qf.at_a_stop(ticket)) and ticket or current
      if ticket.state == "waiting" then
        qf.dequeue(c, ticket)
      end
      local room = qf.vacate(c, ticket)
      rooms[#rooms + 1] = room
      for _, clinic in ipairs(qf.touched(ticket.clinic, room)) do
        clinics[#clinics + 1] = clinic
      end
      ticket.state, ticket.ended_at_ms, ticket.ended_reason = after, c.now, "gave-up"
      qf.save_ticket(c, ticket)
      tickets[#tickets + 1] = ticket
    end
  end
  qf.go_on(c, visit)
  -- The desk can take it back where the patient was: a thumb slips.
  qf.keep_undo(c, "give-up", current, visit)
  qf.tell(c, "ticket.cancelled", {
    tickets = tickets,
    visits = { visit },
    rooms = rooms,
    clinics = qf.touched(nil, { clinics = clinics }),
    reason = "gave-up",
  })
  return { visit = visit, journey = qf.journey(c, visit) }
end)
