-- How a command or a read becomes a function of the library, and what all of them do first and last.
-- Everything shared hangs on the one table `qf`: a library may not hold more than 200 locals.

-- A command: handler(c) gives the result (a table) or qf.refuse(…). It checks everything before its first write,
-- as the store does not take back what a function wrote before an error.
function qf.register(name, handler)
  redis.register_function({
    function_name = "qf_" .. name,
    callback = function(keys, args)
      local c = qf.begin(keys[1], args[1])
      local kept = qf.once_kept(c)
      if kept then
        return kept
      end
      if c.version == nil and not qf.before_publish[name] then
        return cmsgpack.pack(qf.refuse("unknown-facility"))
      end
      qf.enter_day(c)
      local answer = handler(c)
      if answer.refused == nil then
        answer.epoch, answer.offset = c.epoch, c.offset
        answer = { ok = answer }
      end
      qf.finish(c)
      return qf.once_keep(c, cmsgpack.pack(answer))
    end,
  })
end

-- A read: handler(c) as above; it may not write, and time and day are only what the facility last had or later.
function qf.register_read(name, handler)
  redis.register_function({
    function_name = "qf_" .. name,
    flags = { "no-writes" },
    callback = function(keys, args)
      local c = qf.begin(keys[1], args[1])
      if c.version == nil then
        return cmsgpack.pack(qf.refuse("unknown-facility"))
      end
      local answer = handler(c)
      if answer.refused == nil then
        answer.epoch, answer.offset, answer.at_ms = c.epoch, c.offset, c.now
        answer = { ok = answer }
      end
      return cmsgpack.pack(answer)
    end,
  })
end

-- What may come before a facility is published: a worker that attaches, and the publishing itself.
qf.before_publish = { attach = true, publish = true }
