-- One clinic of the candidates that the rules gave, taken at this instant; equal ones: the earlier in the list.

local choose = {}

local function least(c, candidates, cost)
  local best, lowest = nil, nil
  for _, clinic in ipairs(candidates) do
    local this = cost(qf.line(c, clinic))
    if lowest == nil or this < lowest then
      best, lowest = clinic, this
    end
  end
  return best
end

-- A clinic without an open room comes after every one that has one.
local NO_ROOM_S = 1e9

choose["shortest-wait"] = function(c, candidates, class)
  return least(c, candidates, function(line)
    local wait = qf.newcomers_wait(c, line, class).p50_s
    return line.open > 0 and wait or wait + NO_ROOM_S
  end)
end

choose["shortest-queue"] = function(c, candidates, class)
  return least(c, candidates, function(line)
    return qf.ahead_of_newcomer(c, line, class)
  end)
end

choose["round-robin"] = function(c, candidates)
  local turn = redis.call("HINCRBY", qf.key.robin(c), table.concat(candidates, ","), 1)
  return candidates[(turn - 1) % #candidates + 1]
end

choose["first"] = function(_, candidates)
  return candidates[1]
end

-- Of the candidates that the facility (still) has, or nil when it has none.
function qf.balance(c, balance, candidates, class)
  local here = {}
  for _, clinic in ipairs(candidates) do
    if qf.clinic_setup(c, clinic) then
      here[#here + 1] = clinic
    end
  end
  if #here < 2 then
    return here[1]
  end
  return choose[balance](c, here, class)
end
