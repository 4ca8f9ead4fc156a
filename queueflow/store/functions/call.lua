-- Calls a chosen waiting ticket to a room.
--
-- takes    ticket: str
--          room: str
--          if_revision: int?
-- gives    TicketResult
-- refuses  unknown-ticket, unknown-room, room-not-open, revision-mismatch, not-allowed-in-state
-- tells    ticket.called
-- costs    O(classes x log n)
-- keys     active due freed present rooms tickets undo visits

local function serves(room, clinic)
  for _, id in ipairs(room.clinics) do
    if id == clinic then
      return true
    end
  end
  return false
end

qf.register("call", function(c)
  local ticket, refusal = qf.moving(c, "call")
  if ticket == nil then
    return refusal
  end
  local room, closed = qf.calling_room(c, "call")
  if room == nil then
    return closed
  end
  if not serves(room, ticket.clinic) then
    return qf.refuse("room-not-open", { state = room.state })
  end
  return qf.call_to_room(c, ticket, room)
end)
