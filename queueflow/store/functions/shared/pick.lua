-- Who is next: the clinic's policy chooses between the heads of its classes.

-- The waiting tickets of a line by class, read only as far as they are looked at: a strict line's first eight are
-- most often of one class. head(i): the id of class i's first ticket that was not taken, and its effective arrival.
local function heads(c, line, depth)
  local classes, read, taken = qf.classes(c), {}, {}
  local function head(i)
    local at = taken[i] or 0
    if at >= line.counts[i] then
      return nil
    end
    if read[i] == nil then
      read[i] = redis.call("ZRANGE", qf.key.waiting(c, line.id, classes[i].id), 0, depth - 1, "WITHSCORES")
    end
    return read[i][2 * at + 1], tonumber(read[i][2 * at + 2])
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

-- The index of the class whose head is next at an instant, or nil.
local function next_class(c, line, head, now, credit)
  local classes = qf.classes(c)
  for i, class in ipairs(classes) do
    if class.always_first and head(i) then
      return i
    end
  end
  return choose[line.setup.order](classes, head, now, credit)
end

-- The next waiting ticket of a clinic: {id, urgent, credit}, or nil. `credit` is to be kept by qf.took.
function qf.next_waiting(c, line)
  if line.waiting == 0 then
    return nil
  end
  local head = heads(c, line, 1)
  local credit = { unpack(line.credit) }
  local i = next_class(c, line, head, c.now, credit)
  return { id = head(i), urgent = qf.classes(c)[i].always_first, credit = credit }
end

-- Keeps what a ratio clinic's call has changed in its classes' credit.
function qf.took(c, line, chosen)
  if line.setup.order ~= "ratio" then
    return
  end
  for i, credit in ipairs(chosen.credit) do
    redis.call("HSET", qf.key.clinic(c, line.id), "credit:" .. qf.classes(c)[i].id, credit)
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
  while #ids < count do
    local i = next_class(c, line, head, c.now + #ids * pace_ms, credit)
    if i == nil then
      break
    end
    ids[#ids + 1] = head(i)
    take(i)
  end
  return ids
end
