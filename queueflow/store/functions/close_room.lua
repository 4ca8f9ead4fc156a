-- A room ends its day; whom it had called, and who waited for it or for who works there, is handed on by the clinic's
-- policy. Not while somebody is being served in it.
--
-- takes    room: str
-- gives    RoomResult
-- refuses  unknown-room, not-allowed-in-state
-- tells    ticket.handed-on, room.closed
-- costs    O(clinics x classes x log n, rooms, and tickets with a wish)
-- keys     active due present rooms tickets

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
  local served, before = room.clinics, qf.there(c)
  room.state, room.clinics, room.tickets = "closed", {}, {}
  room.practitioner, room.paused_until_ms, room.opened_at_ms = nil, nil, nil
  qf.save_room(c, room)
  qf.hand_on(c, before, "room-closed", room, called)
  qf.tell(c, "room.closed", { rooms = { room }, clinics = served })
  return { room = room }
end)
