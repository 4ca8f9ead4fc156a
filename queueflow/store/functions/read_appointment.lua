-- One appointment.
--
-- takes    appointment: str
-- gives    AppointmentResult
-- refuses  unknown-facility, unknown-appointment
-- tells
-- costs    O(1)
-- keys     appointments

qf.register_read("read_appointment", function(c)
  local booked = qf.load_appointment(c, c.a.appointment)
  if booked == nil then
    return qf.refuse("unknown-appointment")
  end
  return { appointment = booked }
end)
