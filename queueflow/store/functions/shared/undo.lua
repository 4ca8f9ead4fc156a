-- What a console's move changed, kept for a while, so that one press too many can be taken back.

local KEEP_MS = 10 * 60 * 1000

-- Records as they were when this command first read them: exactly what undo needs, and packed already.
function qf.note_before(c, id, packed)
  if c.before[id] == nil then
    c.before[id] = packed
  end
end

-- Keeps what a move changed: its ticket and other stops of the visit; what the end of a day changed in the same call is
-- not the move's. A ticket that came into being by the move has no before. `visit`: as the move left it.
function qf.keep_undo(c, action, ticket, visit)
  local tickets = {}
  for _, id in ipairs(c.saved) do
    if string.sub(id, 1, #ticket.visit) == ticket.visit then
      tickets[#tickets + 1] = { id = id, revision = c.revisions[id], before = c.before[id] or nil }
    end
  end
  local record = {
    action = action,
    at_ms = c.now,
    day = c.day,
    version = c.version,
    tickets = tickets,
    visit_before = cmsgpack.unpack(c.before[ticket.visit]).state,
    visit_after = visit.state,
    gave = c.gave,
  }
  redis.call("SET", qf.key.undo(c, ticket.id), cmsgpack.pack(record), "PX", KEEP_MS)
end

-- What the last move of a ticket changed, if nothing of it has moved since; else nil and why.
function qf.kept_undo(c, id)
  local packed = redis.call("GET", qf.key.undo(c, id))
  local record = packed and cmsgpack.unpack(packed)
  if not record or c.now - record.at_ms > KEEP_MS or record.day ~= c.day then
    return nil, "nothing to undo"
  end
  for _, changed in ipairs(record.tickets) do
    local now = qf.load_ticket(c, changed.id)
    if now == nil or now.revision ~= changed.revision then
      return nil, "moved again"
    end
  end
  return record
end
