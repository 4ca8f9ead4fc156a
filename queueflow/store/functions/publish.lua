-- Makes a facility and its rules the ones in force, as one version. Not while somebody waits, or is in a room, that
-- the new version does not have. Who waited for a room that no longer serves their clinic is handed on.
--
-- takes    digest: str           the same as in force: nothing changes
--          clinics: list         ClinicSetup
--          rooms: list           RoomSetup
--          priorities: list      PrioritySetup, in strict order
--          schedules: list       ScheduleSetup
--          sources: map          the texts it was made from
-- gives    PublishResult
-- refuses  not-allowed-in-state
-- tells    ruleset.published, ticket.handed-on
-- costs    O(tickets under way + rooms x clinics)
-- keys     active due present rooms rulesets tickets

local function by_id(list)
  local map, ids = {}, {}
  for i, one in ipairs(list) do
    map[one.id], ids[i] = one, one.id
  end
  return map, ids
end

local function any(ids, map)
  for _, id in ipairs(ids) do
    if map[id] then
      return true
    end
  end
  return false
end

-- What the new version would leave without a queue or a room, or nil.
local function orphan(c, clinics, rooms, classes)
  for _, id in ipairs(redis.call("SMEMBERS", qf.key.active(c))) do
    local ticket = qf.load_ticket(c, id)
    if not classes[ticket.priority] then
      return "priority " .. ticket.priority
    end
    if ticket.clinic and not clinics[ticket.clinic] then
      return "clinic " .. ticket.clinic
    end
    if ticket.state == "planned" and not any(ticket.candidates, clinics) then
      return "clinic " .. ticket.candidates[1]
    end
    if ticket.room and (ticket.state == "called" or ticket.state == "serving") and not rooms[ticket.room] then
      return "room " .. ticket.room
    end
  end
  return nil
end

local function write_setup(c, clinics, rooms)
  local fields = {}
  local function add(field, value)
    fields[#fields + 1] = field
    fields[#fields + 1] = cmsgpack.pack(value)
  end
  for id, clinic in pairs(clinics) do
    add("clinic:" .. id, clinic)
  end
  for id, room in pairs(rooms) do
    add("room:" .. id, room)
  end
  for id, schedule in pairs((by_id(c.a.schedules or {}))) do
    add("schedule:" .. id, schedule)
  end
  local _, clinic_ids = by_id(c.a.clinics)
  local _, room_ids = by_id(c.a.rooms)
  add("clinics", clinic_ids)
  add("rooms", room_ids)
  add("priorities", c.a.priorities)
  redis.call("DEL", qf.key.setup(c))
  redis.call("HSET", qf.key.setup(c), unpack(fields))
  -- What was read under the old setup, to close a day, is of another shape.
  c.setup, c.pictures, c.kept = nil, {}, {}
end

-- Rooms as they are, without clinics that are gone; the clinics' counts of rooms are made anew.
local function fit_rooms(c, clinics, rooms)
  for id in pairs(clinics) do
    -- Turns taken under other shares would be paid back at a rate that nobody has set: the classes begin anew.
    qf.forget_rooms_and_credit(c, id)
  end
  for _, id in ipairs(redis.call("HKEYS", qf.key.rooms(c))) do
    if not rooms[id] then
      redis.call("HDEL", qf.key.rooms(c), id)
    end
  end
  redis.call("DEL", qf.key.present(c))
  local told = {}
  for i, id in ipairs(qf.room_ids(c)) do
    local room, served = qf.load_room(c, id), {}
    for _, clinic in ipairs(room.clinics) do
      if clinics[clinic] then
        served[#served + 1] = clinic
      end
    end
    if #served < #room.clinics then
      room.clinics, room.revision = served, room.revision + 1
      redis.call("HSET", qf.key.rooms(c), id, cmsgpack.pack(room))
    end
    qf.count_room(c, room, 1)
    qf.count_present(c, room, 1)
    told[i] = room
  end
  return told
end

qf.register("publish", function(c)
  local a = c.a
  if c.version and c.digest == a.digest then
    return { version = c.version, changed = false }
  end
  local clinics, rooms, classes = by_id(a.clinics), by_id(a.rooms), by_id(a.priorities)
  local lost = c.version and orphan(c, clinics, rooms, classes)
  if lost then
    return qf.refuse("not-allowed-in-state", { state = lost, action = "publish" })
  end
  c.version = (c.version or 0) + 1
  write_setup(c, clinics, rooms)
  redis.call("HSET", qf.key.meta(c), "version", c.version, "digest", a.digest)
  redis.call("HSET", qf.key.rulesets(c), c.version, cmsgpack.pack({
    version = c.version,
    digest = a.digest,
    sources = a.sources,
    actor = a.actor,
    at_ms = c.now,
  }))
  qf.enter_day(c)
  local before = qf.there(c)
  qf.tell(c, "ruleset.published", {
    rooms = fit_rooms(c, clinics, rooms),
    clinics = qf.clinic_ids(c),
    version = c.version,
  })
  qf.hand_on(c, before, "rules-changed")
  return { version = c.version, changed = true }
end)
