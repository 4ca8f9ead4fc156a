-- A ticket waits at another clinic from now on, where that clinic's policy says. Without a clinic: at the one that the
-- room or the practitioner serves; the ticket's own, where that is one of several.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
--          clinic: str?
--          room: str?            that it shall be called to
--          practitioner: str?    who shall serve it
--          priority: str?        another class, where given
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state, unknown-clinic, unknown-room, validation
-- tells    ticket.transferred
-- costs    O(clinics of the room x classes x log n), and of rooms to find a practitioner
-- keys     active due freed present rooms tickets undo visits

-- What a room serves today, or will once it opens; what a practitioner serves now.
local function served_by(c, room_id, practitioner)
  if room_id then
    local room = qf.load_room(c, room_id)
    return room.state == "closed" and qf.room_setup(c, room_id).clinics or room.clinics
  end
  local clinics = {}
  for _, id in ipairs(qf.room_ids(c)) do
    local room = qf.load_room(c, id)
    for _, clinic in ipairs(room.state ~= "closed" and room.practitioner == practitioner and room.clinics or {}) do
      clinics[#clinics + 1] = clinic
    end
  end
  return qf.touched(nil, { clinics = clinics })
end

local function has(list, one)
  for _, other in ipairs(list) do
    if other == one then
      return true
    end
  end
  return false
end

-- The clinic that the ticket goes to; or nil and a refusal.
local function target(c, ticket)
  local a = c.a
  if a.room == nil and a.practitioner == nil then
    if a.clinic == nil then
      return nil, qf.refuse("validation", { field = "clinic", detail = "a clinic, a room or a practitioner is needed" })
    end
    return a.clinic
  end
  local served, whom = served_by(c, a.room, a.practitioner), a.room and "room" or "practitioner"
  if a.clinic then
    -- Who is not there now is not waited for, and may come.
    if #served > 0 and not has(served, a.clinic) then
      return nil, qf.refuse("validation", { field = whom, detail = "that clinic is not served there" })
    end
    return a.clinic
  end
  if #served == 1 or has(served, ticket.clinic) then
    return #served == 1 and served[1] or ticket.clinic
  end
  if #served == 0 then
    return nil, qf.refuse("validation", { field = whom, detail = "nobody works there now: a clinic is needed" })
  end
  return nil, qf.refuse("validation", { field = "clinic", detail = "several clinics are served there: one is needed" })
end

qf.register_move("transfer", "ticket.transferred", function(c, ticket)
  local a = c.a
  if a.clinic and qf.clinic_setup(c, a.clinic) == nil then
    return qf.refuse("unknown-clinic")
  end
  local priority = a.priority or ticket.priority
  if qf.class_index(c, priority) == nil then
    return qf.refuse("validation", { field = "priority", detail = "the facility has no such class" })
  end
  if a.room and qf.room_setup(c, a.room) == nil then
    return qf.refuse("unknown-room")
  end
  if a.room and a.practitioner then
    return qf.refuse("validation", { field = "practitioner", detail = "a room or a practitioner, not both" })
  end
  local clinic, refusal = target(c, ticket)
  if clinic == nil then
    return refusal
  end
  local from, room = ticket.clinic, qf.vacate(c, ticket)
  if ticket.state == "waiting" then
    qf.dequeue(c, ticket)
  end
  ticket.clinic, ticket.priority, ticket.candidates = clinic, priority, { clinic }
  ticket.started_at_ms = nil
  ticket.wish = a.room and "room:" .. a.room or a.practitioner and "practitioner:" .. a.practitioner or nil
  qf.wait_again(c, ticket, qf.reentry(c, ticket, "transferred"))
  return { room = room, from = from }
end)
