-- The patient will not come: the place is free again.
--
-- takes    appointment: str
--          if_revision: int?
--          reason: str?
-- gives    AppointmentResult
-- refuses  unknown-appointment, revision-mismatch, not-allowed-in-state
-- tells    appointment.cancelled
-- costs    O(what the person has booked that day)
-- keys     appointments bookings present releases taken

qf.register("cancel_appointment", function(c)
  local booked, refusal = qf.changing(c, "cancel")
  if booked == nil then
    return refusal
  end
  qf.free_slot(c, booked)
  qf.forget_booking(c, booked)
  booked.state = "cancelled"
  qf.save_appointment(c, booked)
  qf.tell(c, "appointment.cancelled", { appointments = { booked }, reason = c.a.reason })
  return { appointment = booked }
end)
