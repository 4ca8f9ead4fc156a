-- When the rooms of a clinic are open on most days, by half-hours; and what its places can do from now on, today.

local BIN_MS = 30 * 60 * 1000
local BINS = 48
local DAY_WEIGHT = 0.3
-- A clinic that nothing happened to for so long was not open that day: that teaches nothing.
local AWAY_MS = 16 * 3600 * 1000

local function bin_of(at_ms)
  return math.floor(at_ms / BIN_MS) % BINS + 1
end

-- `places` were open since this was last told: adds them up, and learns from every half-hour that is over.
function qf.learn_hours(learned, places, now)
  local at = learned.told_at
  if at == nil or now - at > AWAY_MS then
    learned.told_at, learned.sum = now, 0
    return
  end
  while at < now do
    local bin, ends = bin_of(at), (math.floor(at / BIN_MS) + 1) * BIN_MS
    local upto = math.min(now, ends)
    learned.sum = learned.sum + places * (upto - at)
    if upto == ends then
      local mean, usual = learned.sum / BIN_MS, learned.usual[bin]
      learned.usual[bin] = usual and usual + DAY_WEIGHT * (mean - usual) or mean
      learned.sum = 0
    end
    at = upto
  end
  learned.told_at = now
end

local NOBODY = 0.05
local LONGEST_BREAK = 6
-- Beyond these it goes on as in the last one.
local FORESEEN = 16

-- The places that a clinic will have in a half-hour to come: as on most days, of which the same part is its own. When on most
-- days none is open for hours on end, those who wait are seen to all the same, as now.
local function places_in(line, at_ms)
  local usual, bin = line.learned.usual, bin_of(at_ms)
  if usual[bin] == nil then
    return line.servers > 0 and line.servers or 1
  end
  if usual[bin] * line.part > NOBODY then
    return usual[bin] * line.part
  end
  for ahead = 1, LONGEST_BREAK do
    if (usual[(bin + ahead - 1) % BINS + 1] or 0) > NOBODY then
      return 0
    end
  end
  return line.servers > 0 and line.servers or 1
end

-- Seconds from now until the places of a line have worked off that many place-seconds.
function qf.worked_off_s(c, line, work_s)
  local at, left, places, last = c.now, work_s * 1000, line.servers, 1
  if line.back_ms and line.back_ms > at then
    at, places = line.back_ms, nil
  end
  if next(line.learned.usual) == nil and at == c.now then
    return work_s / (places > 0 and places or 1)
  end
  for _ = 1, FORESEEN do
    places = places or places_in(line, at)
    local ends = (math.floor(at / BIN_MS) + 1) * BIN_MS
    if places * (ends - at) >= left then
      return (at + left / places - c.now) / 1000
    end
    at, left, last, places = ends, left - places * (ends - at), math.max(places, 1), nil
  end
  return (at + left / last - c.now) / 1000
end
