-- Who is next: the clinic's policy chooses between the heads of its classes.

-- Whether a room may take the tickets that wish for one: a room or a practitioner is waited for while they are there.
local function wishes_of(c, line, room)
  local wished, there = {}, {}
  local flat = redis.call("HGETALL", qf.key.wishes(c, line.id))
  for n = 1, #flat, 2 do
    wished[flat[n]] = flat[n + 1]
  end
  return function(id)
    local wish = wished[id]
    if wish == nil or wish == "room:" .. room.id or wish == "practitioner:" .. (room.practitioner or "") then
      return true
    end
    if there[wish] == nil then
      there[wish] = tonumber(redis.call("HGET", qf.key.present(c), line.id .. "/" .. wish) or 0) > 0
    end
    return not there[wish]
  end
end

-- The waiting tickets of a line by class, read only as far as they are looked at: a strict line's first eight are
-- most often of one class. head(i): the id of class i's first ticket that was not taken, and its effective arrival;
-- for a room, of those that it may take.
local function heads(c, line, depth, room)
  local classes, read, taken = line.classes, {}, {}
  local may_take = room and line.wished > 0 and wishes_of(c, line, room) or nil
  local function entry(i, at)
    read[i] = read[i] or {}
    if #read[i] <= 2 * at then
      local queue = qf.key.waiting(c, line.id, classes[i].id)
      for _, value in ipairs(redis.call("ZRANGE", queue, at, at + depth - 1, "WITHSCORES")) do
        read[i][#read[i] + 1] = value
      end
    end
    return read[i][2 * at + 1], tonumber(read[i][2 * at + 2])
  end
  local function head(i)
    for at = taken[i] or 0, line.counts[i] - 1 do
      local id, arrival = entry(i, at)
      if may_take == nil or may_take(id) then
        taken[i] = at
        return id, arrival
      end
    end
    taken[i] = line.counts[i]
    return nil
  end
  local function take(i)
    taken[i] = (taken[i] or 0) + 1
  end
  return head, take
end

local choose = {}

function choose.strict(classes, head)
  for i = 1, #classes do
    if head(i) then
      return i
    end
  end
end

-- Smooth weighted round-robin over the classes that have someone; `credit` is carried from call to call.
function choose.ratio(classes, head, _, credit)
  local best, given = nil, 0
  for i, class in ipairs(classes) do
    if class.share > 0 and head(i) then
      credit[i] = credit[i] + class.share
      given = given + class.share
      if best == nil or credit[i] > credit[best] then
        best = i
      end
    end
  end
  if best then
    credit[best] = credit[best] - given
    return best
  end
  -- Classes without a share of their own come when nobody else waits.
  return choose.strict(classes, head)
end

function choose.accumulating(classes, head, now)
  local best, most = nil, nil
  for i, class in ipairs(classes) do
    local id, at = head(i)
    local points = id and class.rate * (now - at)
    if points and (most == nil or points > most) then
      best, most = i, points
    end
  end
  return best
end

-- Who has waited longer than anybody should goes before all but those who always go first.
local function overdue(classes, head, longest_ms, now)
  local best, earliest = nil, now - longest_ms
  for i in ipairs(classes) do
    local id, at = head(i)
    if id and at < earliest then
      best, earliest = i, at
    end
  end
  return best
end

-- The index of the class whose head is next at an instant, or nil. `unreserved`: calls since the reserved class had one.
local function next_class(c, line, head, now, credit, unreserved)
  local classes, setup = line.classes, line.setup
  for i, class in ipairs(classes) do
    if class.always_first and head(i) then
      return i
    end
  end
  local late = setup.longest_wait_s and overdue(classes, head, setup.longest_wait_s * 1000, now)
  if late then
    return late
  end
  local reserved = setup.reserved_every and qf.class_index(c, setup.reserved_class)
  if reserved and unreserved >= setup.reserved_every - 1 and head(reserved) then
    return reserved
  end
  return choose[setup.order](classes, head, now, credit)
end

-- The next waiting ticket of a clinic that a room may take: {id, urgent, at, class, credit, unreserved}, or nil. What
-- the call changes in the classes' credit is to be kept by qf.took.
function qf.next_waiting(c, line, room)
  if line.waiting == 0 then
    return nil
  end
  local head = heads(c, line, line.wished > 0 and 16 or 1, room)
  local credit = { unpack(line.credit) }
  local i = next_class(c, line, head, c.now, credit, line.unreserved)
  if i == nil then
    return nil
  end
  local id, at = head(i)
  local class = line.classes[i]
  local unreserved = class.id == line.setup.reserved_class and 0 or line.unreserved + 1
  return { id = id, at = at, class = i, urgent = class.always_first, credit = credit, unreserved = unreserved }
end

-- Keeps what a call has changed: the credit of a ratio clinic's classes, and how long the reserved class had none.
function qf.took(c, line, chosen)
  local kept = qf.key.clinic(c, line.id)
  qf.changed(c, line.id)
  if line.setup.reserved_every then
    redis.call("HSET", kept, "unreserved", chosen.unreserved)
  end
  if line.setup.order == "ratio" then
    for i, credit in ipairs(chosen.credit) do
      redis.call("HSET", kept, "credit:" .. qf.classes(c)[i].id, credit)
    end
  end
end

-- The ids of the next `count` waiting tickets in the order in which they would be called, were nobody to come and
-- each patient to take as long as they do on average.
function qf.following(c, line, count)
  local ids = {}
  if line.waiting == 0 then
    return ids
  end
  local head, take = heads(c, line, count)
  local credit = { unpack(line.credit) }
  local pace_ms = line.mean * 1000 / math.max(1, line.open)
  local unreserved = line.unreserved
  while #ids < count do
    local i = next_class(c, line, head, c.now + #ids * pace_ms, credit, unreserved)
    if i == nil then
      break
    end
    unreserved = line.classes[i].id == line.setup.reserved_class and 0 or unreserved + 1
    ids[#ids + 1] = head(i)
    take(i)
  end
  return ids
end
