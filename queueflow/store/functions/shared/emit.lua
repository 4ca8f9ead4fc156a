-- Facts go into the facility's stream, each at the next offset. Nothing is told to a screen but from there.

local KEEP = 10000

-- told: {tickets, visits, rooms, appointments = records; clinics = ids, told in their state after all writes so far; reason}.
function qf.tell(c, name, told)
  -- Kept before the event is: an error in between costs an offset, which readers notice, and never the stream, which
  -- would refuse an offset it has.
  c.offset = redis.call("HINCRBY", qf.key.meta(c), "offset", 1)
  local event = {
    name = name,
    at_ms = c.now,
    day = c.day,
    actor = c.a.actor,
    reason = told.reason,
    version = told.version,
    tickets = told.tickets,
    visits = told.visits,
    rooms = told.rooms,
    appointments = told.appointments,
  }
  if told.clinics then
    event.clinics = {}
    for i, id in ipairs(told.clinics) do
      event.clinics[i] = qf.clinic_state(c, id)
    end
  end
  redis.call("XADD", qf.key.events(c), "MAXLEN", "~", KEEP, c.offset .. "-0", "e", cmsgpack.pack(event))
end

-- The clinics whose queues or rooms a change touches, each once: the ticket's own and those of its room.
function qf.touched(clinic, room)
  local ids, seen = {}, {}
  local function add(id)
    if id and not seen[id] then
      seen[id] = true
      ids[#ids + 1] = id
    end
  end
  add(clinic)
  for _, id in ipairs(room and room.clinics or {}) do
    add(id)
  end
  return ids
end
