-- The appointments of one day by their start; of one clinic or person where one is named.
--
-- takes    on: str               a service day
--          clinic: str?
--          person: str?          keyed hash of the identity
-- gives    Appointments
-- refuses  unknown-facility
-- tells
-- costs    O(n log n), n the day's appointments; those of a person alone where one is named
-- keys     appointments bookings

local function of_day(c)
  local found = {}
  for i, packed in ipairs(redis.call("HVALS", qf.key.appointments(c, c.a.on))) do
    found[i] = cmsgpack.unpack(packed)
  end
  return found
end

qf.register_read("read_appointments", function(c)
  local a, found = c.a, {}
  for _, booked in ipairs(a.person and qf.bookings_of(c, a.on, a.person) or of_day(c)) do
    if a.clinic == nil or booked.clinic == a.clinic then
      found[#found + 1] = booked
    end
  end
  table.sort(found, function(one, other)
    return one.start_ms < other.start_ms or (one.start_ms == other.start_ms and one.id < other.id)
  end)
  return { appointments = found }
end)
