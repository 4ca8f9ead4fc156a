-- An open room calls nobody for a while; whom it has called stays called.
--
-- takes    room: str
--          until_ms: int?        what the board says
-- gives    RoomResult
-- refuses  unknown-room, room-not-open
-- tells    room.paused
-- costs    O(clinics x classes)
-- keys     present rooms

qf.register("pause_room", function(c)
  if qf.room_setup(c, c.a.room) == nil then
    return qf.refuse("unknown-room")
  end
  local room = qf.load_room(c, c.a.room)
  if room.state == "closed" then
    return qf.refuse("room-not-open", { state = room.state })
  end
  if room.state == "paused" and room.paused_until_ms == c.a.until_ms then
    return { room = room }
  end
  room.state, room.paused_until_ms = "paused", c.a.until_ms
  qf.save_room(c, room)
  qf.tell(c, "room.paused", { rooms = { room }, clinics = room.clinics })
  return { room = room }
end)
