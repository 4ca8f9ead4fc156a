-- How many places a clinic can count on: those of its open rooms, less what their other clinics take of them.

local HALF_HOUR_S = 1800
local LEAST = 0.25

-- Seconds that a patient who waits there now will keep a place, on average, by service and hour.
function qf.turn_of(c, clinic, kept)
  local learned, seed = qf.learned(c, clinic), qf.clinic_setup(c, clinic).service_mean_s
  local sum, count = 0, 0
  for _, people in ipairs({ kept.of, learned.turns }) do
    for service, n in pairs(people) do
      if n > 0 then
        sum, count = sum + n * (learned.turn[service] or seed), count + n
      end
    end
    if count > 0 then
      break
    end
  end
  return (count > 0 and sum / count or seed) * (learned.hour[qf.hour(c.now)] or 1)
end

-- The places of the open rooms that serve a clinic, among others.
function qf.places(kept)
  local sum = 0
  for _, n in pairs(kept.serves) do
    sum = sum + n
  end
  return sum
end

-- What is left of a room for its later clinics: they come when the first have nobody, who keep it for the people that
-- wait there and for those who come.
local function left_over(c, clinic)
  local kept = qf.kept(c, clinic)
  local turn, there = qf.turn_of(c, clinic, kept), math.max(1, qf.places(kept))
  local waiting, rate = qf.waiting_in(kept), 0
  for _, class in ipairs(qf.classes(c)) do
    rate = rate + qf.arrival_rate(c, clinic, class.id)
  end
  return math.max(0, 1 - waiting * turn / there / HALF_HOUR_S) * math.max(0, 1 - rate * turn / there), waiting
end

-- The part of a room's time that a clinic gets, of those it serves.
local function part(c, clinic, own, takes, serves)
  local share, others = 1, 0
  for one in string.gmatch(serves, "[^,]+") do
    if one == clinic then
      if takes == "in-order" then
        return share
      end
    elseif qf.clinic_setup(c, one) then
      local left, waiting = left_over(c, one)
      share, others = share * left, others + waiting
    end
  end
  return (own + 1) / (own + others + 1)
end

-- The places that a clinic has now, the part that those are of all of its rooms', and when one is back that pauses,
-- where none is open.
function qf.servers(c, clinic, kept)
  local own, sum, all = qf.waiting_in(kept), 0, 0
  for serves, n in pairs(kept.serves) do
    local takes, clinics = string.match(serves, "^([^:]+):(.+)$")
    sum = sum + n * (clinics == clinic and 1 or part(c, clinic, own, takes, clinics))
    all = all + n
  end
  if all > 0 then
    sum = math.max(LEAST, sum)
    return sum, sum / all, nil
  end
  local back = nil
  for _, until_ms in pairs(kept.back) do
    back = math.min(back or until_ms, until_ms)
  end
  return 0, 1, back
end
