-- Calls whoever is next by the policies of the clinics that a room serves: a class that always goes first before
-- all, else as the room takes from several clinics. Who wishes for another room or practitioner that is there waits on.
--
-- takes    room: str
-- gives    CallNextResult
-- refuses  unknown-room, room-not-open, not-allowed-in-state
-- tells    ticket.called
-- costs    O(clinics of the room x classes x log n)
-- keys     active due freed present rooms tickets undo visits

-- What a room that serves several clinics takes first: whether one clinic's next goes before another's.
local BEFORE = {
  ["in-order"] = function(_, first)
    return first == nil
  end,
  ["longest-wait"] = function(one, first)
    return first == nil or one.at < first.at
  end,
  ["best-class"] = function(one, first)
    return first == nil or one.class < first.class or (one.class == first.class and one.at < first.at)
  end,
}

qf.register("call_next", function(c)
  local room, refusal = qf.calling_room(c, "call-next")
  if room == nil then
    return refusal
  end
  local before = BEFORE[qf.room_setup(c, room.id).takes or "in-order"]
  local first, urgent
  for _, clinic in ipairs(room.clinics) do
    local line = qf.line(c, clinic)
    local chosen = qf.next_waiting(c, line, room)
    if chosen then
      chosen.line = line
      first = before(chosen, first) and chosen or first
      urgent = urgent or (chosen.urgent and chosen)
    end
  end
  local chosen = urgent or first
  if chosen == nil then
    return {}
  end
  local gave = {}
  for i, credit in ipairs(chosen.line.credit) do
    gave[i] = credit - chosen.credit[i]
  end
  c.gave = { credit = gave, unreserved = chosen.line.unreserved - chosen.unreserved }
  qf.took(c, chosen.line, chosen)
  local called = qf.call_to_room(c, qf.load_ticket(c, chosen.id), room)
  called.epoch, called.offset = c.epoch, c.offset
  return { called = called }
end)
