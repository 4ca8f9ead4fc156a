-- Appointments as they lie in the store: one packed map each by day, with the places taken and who has booked beside.

local KEEP_DAY_S = 8 * 24 * 3600
local RELEASE_S = 1800

function qf.load_appointment(c, id)
  local packed = redis.call("HGET", qf.key.appointments(c, id), id)
  return packed and cmsgpack.unpack(packed) or nil
end

function qf.save_appointment(c, booked)
  booked.revision = (booked.revision or 0) + 1
  redis.call("HSET", qf.key.appointments(c, booked.id), booked.id, cmsgpack.pack(booked))
end

local function slot(schedule, start_ms)
  return schedule .. "@" .. string.format("%d", start_ms)
end

-- The first of the schedules that has a place in its slot: its setup, and whether the place is beyond those that are
-- given to everybody. Or nil and a refusal. c.a: {on, schedules, start_ms, overbook}.
function qf.free_place(c)
  local a, known = c.a, false
  for extra = 0, a.overbook and 1 or 0 do
    for _, id in ipairs(a.schedules) do
      local schedule = qf.schedule_setup(c, id)
      known = known or schedule ~= nil
      local taken = schedule and tonumber(redis.call("HGET", qf.key.taken(c, a.on), slot(id, a.start_ms)) or 0)
      if schedule and taken < schedule.places + extra * schedule.overbook then
        return schedule, taken >= schedule.places
      end
    end
  end
  return nil, known and qf.refuse("slot-full") or qf.refuse("validation", { field = "start", detail = "no slot begins then" })
end

-- When an appointment no longer holds, by the policy in force: some time after its slot's end.
function qf.release_at(c, booked)
  local setup = qf.clinic_setup(c, booked.clinic)
  return booked.end_ms + (setup and setup.release_s or RELEASE_S) * 1000
end

-- Six characters of the id that find it on its day; other six where somebody has those.
local function code_of(by, id)
  for from = 10, 17 do
    local code = string.sub(id, from, from + 5)
    if redis.call("HEXISTS", by, "code:" .. code) == 0 then
      return code
    end
  end
  return string.sub(id, 10, 15)
end

local function ids_of(by, person)
  local packed = person and redis.call("HGET", by, person)
  return packed and cmsgpack.unpack(packed) or {}
end

-- Takes the place that qf.free_place found, for an appointment with its id, and keeps it. Its keys outlive its day by
-- as long as any day's.
function qf.take_place(c, booked, schedule, overbooked)
  local a = c.a
  booked.schedule, booked.clinic, booked.practitioner = schedule.id, schedule.clinic, schedule.practitioner
  booked.service, booked.start_ms, booked.end_ms = a.service, a.start_ms, a.start_ms + schedule.slot_s * 1000
  booked.overbooked = overbooked or nil
  local by, taken = qf.key.bookings(c, booked.id), qf.key.taken(c, booked.id)
  booked.code = code_of(by, booked.id)
  qf.save_appointment(c, booked)
  redis.call("HINCRBY", taken, slot(booked.schedule, booked.start_ms), 1)
  redis.call("HSET", by, "code:" .. booked.code, booked.id)
  if booked.person then
    local ids = ids_of(by, booked.person)
    ids[#ids + 1] = booked.id
    redis.call("HSET", by, booked.person, cmsgpack.pack(ids))
  end
  redis.call("ZADD", qf.key.releases(c), qf.release_at(c, booked), booked.id)
  local keep_s = KEEP_DAY_S + math.max(0, math.ceil((booked.end_ms - c.now) / 1000))
  for _, key in ipairs({ by, taken, qf.key.appointments(c, booked.id) }) do
    redis.call("EXPIRE", key, keep_s)
  end
end

-- The place is another's to book.
function qf.free_slot(c, booked)
  redis.call("ZREM", qf.key.releases(c), booked.id)
  redis.call("HINCRBY", qf.key.taken(c, booked.id), slot(booked.schedule, booked.start_ms), -1)
end

-- Nobody finds it any more who comes for it.
function qf.forget_booking(c, booked)
  local by, left = qf.key.bookings(c, booked.id), {}
  redis.call("HDEL", by, "code:" .. booked.code)
  for _, id in ipairs(ids_of(by, booked.person)) do
    if id ~= booked.id then
      left[#left + 1] = id
    end
  end
  if #left > 0 then
    redis.call("HSET", by, booked.person, cmsgpack.pack(left))
  elseif booked.person then
    redis.call("HDEL", by, booked.person)
  end
end

-- What a person has booked on a day.
function qf.bookings_of(c, day, person)
  local found = {}
  for i, id in ipairs(ids_of(qf.key.bookings(c, day), person)) do
    found[i] = qf.load_appointment(c, id)
  end
  return found
end

-- The appointment that a change names, checked: it exists, nobody changed it since, and it is still only booked. Gives
-- it, or nil and a refusal.
function qf.changing(c, action)
  local booked = qf.load_appointment(c, c.a.appointment)
  if booked == nil then
    return nil, qf.refuse("unknown-appointment")
  end
  if c.a.if_revision ~= nil and c.a.if_revision ~= booked.revision then
    return nil, qf.refuse("revision-mismatch", { revision = booked.revision })
  end
  if booked.state ~= "booked" then
    return nil, qf.not_allowed(booked.state, action)
  end
  return booked
end
