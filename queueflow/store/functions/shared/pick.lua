-- Who is next: the clinic's policy chooses between the heads of its classes. Pure but for reading the heads.

-- The first `depth` waiting tickets of each class: {{id, at}, …} per class, in strict order.
local function heads(c, line, depth)
  local found = {}
  for i, class in ipairs(qf.classes(c)) do
    found[i] = {}
    if line.counts[i] > 0 then
      local flat = redis.call("ZRANGE", qf.key.waiting(c, line.id, class.id), 0, depth - 1, "WITHSCORES")
      for n = 1, #flat, 2 do
        found[i][#found[i] + 1] = { id = flat[n], at = tonumber(flat[n + 1]) }
      end
    end
  end
  return found
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
    if head(i) and class.share > 0 then
      credit[i] = (credit[i] or 0) + class.share
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
    local first = head(i)
    local points = first and class.rate * (now - first.at)
    if points and (most == nil or points > most) then
      best, most = i, points
    end
  end
  return best
end

-- The index of the class whose head is next, or nil; head(i) gives a class's head or nil.
local function next_class(c, line, head, credit)
  local classes = qf.classes(c)
  for i, class in ipairs(classes) do
    if class.always_first and head(i) then
      return i
    end
  end
  return choose[line.setup.order](classes, head, c.now, credit)
end

local function load_credit(c, line)
  local credit = {}
  if line.setup.order == "ratio" then
    for i, class in ipairs(qf.classes(c)) do
      credit[i] = tonumber(redis.call("HGET", qf.key.clinic(c, line.id), "credit:" .. class.id) or 0)
    end
  end
  return credit
end

-- The next waiting ticket of a clinic: {id, at, class = index, urgent}, or nil. `credit` is to be kept by qf.took.
function qf.next_waiting(c, line)
  if line.waiting == 0 then
    return nil
  end
  local found = heads(c, line, 1)
  local credit = load_credit(c, line)
  local i = next_class(c, line, function(n) return found[n][1] end, credit)
  return { id = found[i][1].id, class = i, urgent = qf.classes(c)[i].always_first, credit = credit }
end

-- Keeps what a ratio clinic's call has changed in its classes' credit.
function qf.took(c, line, chosen)
  for i, credit in pairs(line.setup.order == "ratio" and chosen.credit or {}) do
    redis.call("HSET", qf.key.clinic(c, line.id), "credit:" .. qf.classes(c)[i].id, credit)
  end
end

-- The ids of the next `count` waiting tickets in the order in which they would be called, were nobody to come.
function qf.following(c, line, count)
  local ids = {}
  if line.waiting == 0 then
    return ids
  end
  local found = heads(c, line, count)
  local credit, taken = load_credit(c, line), {}
  local function head(i)
    return found[i][(taken[i] or 0) + 1]
  end
  while #ids < count do
    local i = next_class(c, line, head, credit)
    if i == nil then
      break
    end
    ids[#ids + 1] = head(i).id
    taken[i] = (taken[i] or 0) + 1
  end
  return ids
end
