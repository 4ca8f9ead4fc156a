-- A move of one ticket: checked, made, kept for undo, told, answered. What differs between moves is the step.

-- step(c, ticket, after) changes and saves the ticket, and gives what else changed: {room, visit (saved), from (the
-- clinic it left), also (other tickets), queue = false where no clinic's queue or room did, afterwards() to tell what
-- followed from it, now (the ticket, where that changed it again)}; or a refusal, before its first write.
function qf.register_move(name, event, step)
  qf.register(name, function(c)
    -- The library `string` is there when a function runs, not when it is loaded.
    local action = string.gsub(name, "_", "-")
    local ticket, after = qf.moving(c, action)
    if ticket == nil then
      return after
    end
    local changed = step(c, ticket, after)
    if changed.refused then
      return changed
    end
    local visit = changed.visit or qf.load_visit(c, ticket.visit)
    qf.keep_undo(c, action, ticket, visit)
    local clinics = qf.touched(ticket.clinic, changed.room)
    if changed.from and changed.from ~= ticket.clinic then
      clinics[#clinics + 1] = changed.from
    end
    qf.tell(c, event, {
      tickets = { ticket, unpack(changed.also or {}) },
      visits = { visit },
      rooms = changed.room and { changed.room } or nil,
      clinics = changed.queue ~= false and clinics or nil,
      reason = c.a.reason,
    })
    if changed.afterwards then
      changed.afterwards()
    end
    return qf.ticket_result(c, changed.now or ticket, visit)
  end)
end

-- A called or served ticket leaves its room, which is saved and given; any other leaves none.
function qf.vacate(c, ticket)
  if ticket.state ~= "called" and ticket.state ~= "serving" then
    return nil
  end
  local room = qf.leave_room(c, ticket)
  qf.learn_turn(c, ticket, room)
  qf.save_room(c, room)
  return room
end
