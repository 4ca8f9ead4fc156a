-- A request has one effect however often it comes: its answer is kept with its key for a day.

local KEEP_MS = 24 * 3600 * 1000

-- The kept answer of a request that came before, or nil.
function qf.once_kept(c)
  local once = c.a.once
  local kept = once and redis.call("GET", qf.key.once(c, once.key))
  if not kept then
    return nil
  end
  local record = cmsgpack.unpack(kept)
  if record.fingerprint ~= once.fingerprint then
    return cmsgpack.pack(qf.refuse("idempotency-key-reused"))
  end
  -- A write, so that waiting for replicas on this connection also covers the first attempt's writes.
  redis.call("HINCRBY", qf.key.meta(c), "replays", 1)
  local answer = cmsgpack.unpack(record.answer)
  if answer.ok then
    answer.ok.replayed = true
  end
  return cmsgpack.pack(answer)
end

function qf.once_keep(c, answer)
  local once = c.a.once
  if once then
    local record = cmsgpack.pack({ fingerprint = once.fingerprint, answer = answer })
    redis.call("SET", qf.key.once(c, once.key), record, "PX", KEEP_MS)
  end
  return answer
end
