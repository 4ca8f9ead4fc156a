-- Calls whoever is next by the policies of the clinics that a room serves: a class that always goes first before
-- all, else the first of the room's clinics that has someone.
--
-- takes    room: str
-- gives    CallNextResult
-- refuses  unknown-room, room-not-open, not-allowed-in-state
-- tells    ticket.called
-- costs    O(clinics of the room x classes x log n)
-- keys     rooms tickets visits active waiting clinic undo

qf.register("call_next", function(c)
  local room, refusal = qf.calling_room(c, "call-next")
  if room == nil then
    return refusal
  end
  local first, urgent
  for _, clinic in ipairs(room.clinics) do
    local line = qf.line(c, clinic)
    local chosen = qf.next_waiting(c, line)
    if chosen then
      chosen.line = line
      first = first or chosen
      urgent = urgent or (chosen.urgent and chosen)
    end
  end
  local chosen = urgent or first
  if chosen == nil then
    return {}
  end
  c.credit = chosen.line.credit
  qf.took(c, chosen.line, chosen)
  local called = qf.call_to_room(c, qf.load_ticket(c, chosen.id), room)
  called.epoch, called.offset = c.epoch, c.offset
  return { called = called }
end)
