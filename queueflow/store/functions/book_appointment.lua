-- Gives a patient a place in a slot, in the first of the schedules that has one free. Who has a place in that very slot
-- already gets that one, and so does a booking that was made under this id before.
--
-- takes    nonce: str            13 characters of base 32, the appointment's id with its day
--          on: str               the slot's service day
--          schedules: list       that have a slot at that start, in the order in which they are tried
--          service: str
--          start_ms: int         Unix ms
--          language: str
--          overbook: bool        beyond the slot's places, as far as the schedule lets staff
--          person: str?          keyed hash of the identity
--          last3: str?
--          sealed: str           the encrypted patient
-- gives    AppointmentResult
-- refuses  slot-full, validation
-- tells    appointment.booked
-- costs    O(schedules + what the person has booked that day)
-- keys     appointments bookings present releases taken

local function held(c, id)
  local a = c.a
  local made = qf.load_appointment(c, id)
  if made then
    return made
  end
  for _, booked in ipairs(qf.bookings_of(c, a.on, a.person)) do
    for _, schedule in ipairs(a.schedules) do
      if booked.start_ms == a.start_ms and booked.schedule == schedule then
        return booked
      end
    end
  end
  return nil
end

qf.register("book_appointment", function(c)
  local a = c.a
  local id = a.on .. "-" .. a.nonce
  local there = held(c, id)
  if there then
    return { appointment = there, created = false }
  end
  local schedule, overbooked = qf.free_place(c)
  if schedule == nil then
    return overbooked
  end
  local booked = {
    id = id,
    state = "booked",
    booked_at_ms = c.now,
    language = a.language,
    person = a.person,
    last3 = a.last3,
    sealed = a.sealed,
  }
  qf.take_place(c, booked, schedule, overbooked)
  qf.tell(c, "appointment.booked", { appointments = { booked } })
  return { appointment = booked, created = true }
end)
