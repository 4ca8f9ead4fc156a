-- How many places are taken in the slots of some days; a slot that is not told of is free.
--
-- takes    days: list            service days
-- gives    SlotsTaken
-- refuses  unknown-facility
-- tells
-- costs    O(slots of those days in which somebody has booked)
-- keys     taken

qf.register_read("read_slots", function(c)
  local slots = {}
  for _, day in ipairs(c.a.days) do
    local flat = redis.call("HGETALL", qf.key.taken(c, day))
    for n = 1, #flat, 2 do
      local schedule, start = string.match(flat[n], "^(.+)@(%d+)$")
      slots[#slots + 1] = { schedule = schedule, start_ms = tonumber(start), taken = tonumber(flat[n + 1]) }
    end
  end
  return { slots = slots }
end)
