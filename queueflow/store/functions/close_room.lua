-- A room ends its day; whom it had called waits again at the old place. Not while somebody is being served in it.
--
-- takes    room: str
-- gives    RoomResult
-- refuses  unknown-room, not-allowed-in-state
-- tells    ticket.requeued, room.closed
-- costs    O(clinics x classes x log n)
-- keys     active due present rooms tickets visits

qf.register("close_room", function(c)
  if qf.room_setup(c, c.a.room) == nil then
    return qf.refuse("unknown-room")
  end
  local room = qf.load_room(c, c.a.room)
  if room.state == "closed" then
    return { room = room }
  end
  local called = {}
  for i, id in ipairs(room.tickets) do
    called[i] = qf.load_ticket(c, id)
    if called[i].state == "serving" then
      return qf.not_allowed("serving", "close")
    end
  end
  local served = room.clinics
  room.state, room.clinics, room.tickets = "closed", {}, {}
  room.practitioner, room.paused_until_ms, room.opened_at_ms = nil, nil, nil
  qf.save_room(c, room)
  for _, ticket in ipairs(called) do
    qf.wait_again(c, ticket, ticket.order_at)
    qf.tell(c, "ticket.requeued", {
      tickets = { ticket },
      visits = { qf.load_visit(c, ticket.visit) },
      rooms = { room },
      clinics = { ticket.clinic },
      reason = "room-closed",
    })
  end
  qf.tell(c, "room.closed", { rooms = { room }, clinics = served })
  return { room = room }
end)
