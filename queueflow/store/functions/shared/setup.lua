-- The facility as published: what of it the engine needs, read only as far as a command needs it.

local function setup(c, field)
  c.setup = c.setup or {}
  if c.setup[field] == nil then
    local packed = redis.call("HGET", qf.key.setup(c), field)
    c.setup[field] = packed and cmsgpack.unpack(packed) or false
  end
  return c.setup[field] or nil
end

function qf.clinic_setup(c, id) return setup(c, "clinic:" .. id) end
function qf.schedule_setup(c, id) return setup(c, "schedule:" .. id) end
function qf.room_setup(c, id) return setup(c, "room:" .. id) end

-- The classes in strict order, each {id, share, rate, always_first}.
function qf.classes(c) return setup(c, "priorities") end

-- The same with the weights that a clinic gives them, where it has its own.
function qf.weighed(c, clinic)
  local classes, shares, rates = qf.classes(c), clinic.shares, clinic.rates
  if shares == nil and rates == nil then
    return classes
  end
  local own = {}
  for i, class in ipairs(classes) do
    own[i] = {
      id = class.id,
      always_first = class.always_first,
      share = shares and shares[class.id] or class.share,
      rate = rates and rates[class.id] or class.rate,
    }
  end
  return own
end

function qf.clinic_ids(c) return setup(c, "clinics") end
function qf.room_ids(c) return setup(c, "rooms") end

function qf.class_index(c, id)
  for i, class in ipairs(qf.classes(c)) do
    if class.id == id then
      return i
    end
  end
  return nil
end
