-- The call's context, and the facility's clock: time comes in with the command and never goes back.

local FIELDS = { "epoch", "offset", "last_ms", "day", "version", "digest", "replication_id", "order" }

-- c: {a = the command, now, day, epoch, offset, version, …} for whoever follows.
function qf.begin(key, argument)
  local c = {
    prefix = qf.prefix(key),
    a = cmsgpack.unpack(argument),
    pictures = {}, kept = {}, learned = {}, taught = {}, -- of clinics
    before = {}, saved = {}, revisions = {}, -- of records
  }
  local kept = redis.call("HMGET", key, unpack(FIELDS))
  c.epoch = kept[1] or ""
  c.offset = tonumber(kept[2] or 0)
  c.now = math.max(c.a.now_ms, tonumber(kept[3] or 0))
  c.day = kept[4] or nil
  c.version = kept[5] and tonumber(kept[5]) or nil
  c.digest = kept[6] or nil
  c.replication_id = kept[7] or nil
  c.order = tonumber(kept[8] or 0)
  return c
end

-- An effective arrival later than every one before it, even within one millisecond. A thousandth part of one
-- (2^-10) is exact in the doubles that scores are, up to the year 2248.
function qf.arrival(c)
  c.order = math.max(c.now, c.order + 1 / 1024)
  return c.order
end

function qf.score(at)
  return string.format("%.17g", at)
end

function qf.finish(c)
  qf.keep_learned(c)
  redis.call("HSET", qf.key.meta(c), "last_ms", c.now, "order", qf.score(c.order))
end
