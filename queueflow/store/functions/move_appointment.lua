-- Takes a place in another slot and frees the one before, or changes nothing. On another day it goes on under another
-- id, which begins with that day; the one before is cancelled and says where it went.
--
-- takes    appointment: str
--          if_revision: int?
--          reason: str?
--          on: str               the slot's service day
--          schedules: list       that have a slot at that start, in the order in which they are tried
--          service: str
--          start_ms: int         Unix ms
--          overbook: bool        beyond the slot's places, as far as the schedule lets staff
-- gives    AppointmentResult
-- refuses  unknown-appointment, revision-mismatch, not-allowed-in-state, slot-full, validation
-- tells    appointment.moved
-- costs    O(schedules + what the person has booked those days)
-- keys     appointments bookings present releases taken

local function is_there(booked, a)
  for _, schedule in ipairs(a.schedules) do
    if booked.schedule == schedule and booked.start_ms == a.start_ms then
      return true
    end
  end
  return false
end

qf.register("move_appointment", function(c)
  local a = c.a
  local booked, refusal = qf.changing(c, "move")
  if booked == nil then
    return refusal
  end
  if is_there(booked, a) then
    return { appointment = booked }
  end
  local schedule, overbooked = qf.free_place(c)
  if schedule == nil then
    return overbooked
  end
  qf.free_slot(c, booked)
  qf.forget_booking(c, booked)
  local left = nil
  local id = a.on .. string.sub(booked.id, 9)
  if id ~= booked.id then
    left = cmsgpack.unpack(cmsgpack.pack(booked))
    left.state, left.moved_to = "cancelled", id
    qf.save_appointment(c, left)
    booked.id = id
  end
  qf.take_place(c, booked, schedule, overbooked)
  qf.tell(c, "appointment.moved", { appointments = { booked, left }, reason = a.reason })
  return { appointment = booked }
end)
