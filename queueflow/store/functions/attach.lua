-- A worker met the store: another replication id than the one recorded means that history may have been rolled back
-- or lost, and begins a new epoch.
--
-- takes    replication_id: str   of the store, as INFO replication says it
--          epoch: str            the new epoch, if there has to be one
-- gives    AttachResult
-- refuses
-- tells
-- costs    O(1)
-- keys     meta

qf.register("attach", function(c)
  local a = c.a
  if c.epoch ~= "" and c.replication_id == a.replication_id then
    return { changed = false }
  end
  c.epoch = a.epoch
  redis.call("HSET", qf.key.meta(c), "epoch", a.epoch, "replication_id", a.replication_id)
  return { changed = true }
end)
