-- Opens a room, or changes who works there and which clinics it serves. Who waited for somebody who is not there any
-- more is handed on by the clinic's policy.
--
-- takes    room: str
--          practitioner: str?
--          clinics: list         empty: those that the room is set up for
-- gives    RoomResult
-- refuses  unknown-room, unknown-clinic
-- tells    room.opened, ticket.handed-on
-- costs    O(clinics x classes x log n, rooms, and tickets with a wish)
-- keys     active due present rooms tickets

local function same(one, other)
  return table.concat(one, ",") == table.concat(other, ",")
end

qf.register("open_room", function(c)
  local a = c.a
  local setup = qf.room_setup(c, a.room)
  if setup == nil then
    return qf.refuse("unknown-room")
  end
  -- Each clinic once, or its rooms would be counted too high.
  local clinics = qf.touched(nil, { clinics = a.clinics and #a.clinics > 0 and a.clinics or setup.clinics })
  for _, clinic in ipairs(clinics) do
    if qf.clinic_setup(c, clinic) == nil then
      return qf.refuse("unknown-clinic")
    end
  end
  local room = qf.load_room(c, a.room)
  if room.state == "open" and room.practitioner == a.practitioner and same(room.clinics, clinics) then
    return { room = room }
  end
  local before, touched = qf.there(c), { clinics = { unpack(room.clinics) } }
  for _, clinic in ipairs(clinics) do
    touched.clinics[#touched.clinics + 1] = clinic
  end
  room.opened_at_ms = room.state == "closed" and c.now or room.opened_at_ms
  room.state, room.practitioner, room.clinics, room.paused_until_ms = "open", a.practitioner, clinics, nil
  qf.save_room(c, room)
  qf.tell(c, "room.opened", { rooms = { room }, clinics = qf.touched(nil, touched) })
  qf.hand_on(c, before, "room-changed")
  return { room = room }
end)
