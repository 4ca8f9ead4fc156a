-- How many go before: by the clinic's policy, from counts and ranks alone, so that it costs the same in any queue.

local before = {}

-- Those of other classes that go first; classes that always go first are counted apart.
function before.strict(c, line, i)
  local sum = 0
  for n = 1, i - 1 do
    sum = sum + (line.classes[n].always_first and 0 or line.counts[n])
  end
  return sum
end

-- While r + 1 of this class are called, another class gets its share of calls, as far as it has people.
function before.ratio(c, line, i, ahead_in_class)
  local classes = line.classes
  if classes[i].share == 0 then
    return line.waiting - line.counts[i]
  end
  local sum = 0
  for n, class in ipairs(classes) do
    if n ~= i and class.share > 0 and not class.always_first then
      sum = sum + math.min(line.counts[n], math.floor((ahead_in_class + 1) * class.share / classes[i].share))
    end
  end
  return sum
end

-- Who will have more points than this ticket when its turn comes; its turn is guessed from who has more now.
function before.accumulating(c, line, i, ahead_in_class, at)
  local classes = line.classes
  local function more_at(instant)
    local sum = 0
    for n, class in ipairs(classes) do
      if n ~= i and line.counts[n] > 0 and not class.always_first and class.rate > 0 then
        local arrived_by = instant - classes[i].rate / class.rate * (instant - at)
        sum = sum + redis.call("ZCOUNT", qf.key.waiting(c, line.id, class.id), "-inf", "(" .. qf.score(arrived_by))
      end
    end
    return sum
  end
  local guess = qf.turns_s(c, line, more_at(c.now) + ahead_in_class + 1)
  return more_at(c.now + guess * 1000)
end

local function ahead(c, line, i, ahead_in_class, at)
  local classes = line.classes
  local first = 0
  for n, class in ipairs(classes) do
    if class.always_first and n ~= i and (n < i or not classes[i].always_first) then
      first = first + line.counts[n]
    end
  end
  if classes[i].always_first then
    return first + ahead_in_class
  end
  return first + ahead_in_class + before[line.setup.order](c, line, i, ahead_in_class, at)
end

-- How many would go before somebody who came now in the class of that index.
function qf.ahead_of_newcomer(c, line, i)
  return ahead(c, line, i, line.counts[i], c.now)
end

-- How many of its own class go before a waiting ticket.
function qf.rank(c, ticket)
  return redis.call("ZRANK", qf.key.waiting(c, ticket.clinic, ticket.priority), ticket.id)
end

-- A waiting ticket's place in a line's picture, 1 being next: exact for the first eight, from shares and ranks behind
-- them.
function qf.position(c, line, ticket)
  local i = qf.class_index(c, ticket.priority)
  for place, id in ipairs(line.next) do
    if id == ticket.id then
      return place
    end
  end
  return math.min(line.waiting, math.max(#line.next, ahead(c, line, i, qf.rank(c, ticket), ticket.order_at)) + 1)
end
