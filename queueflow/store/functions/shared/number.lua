-- The number that is printed and shown: a series letter and a count from 1 each service day.

function qf.new_number(c, series)
  while true do
    local number = string.format("%s%03d", series, redis.call("HINCRBY", qf.key.numbers(c, c.day), series, 1))
    -- Somebody who came before midnight may still wait under it.
    if redis.call("SISMEMBER", qf.key.carried(c, c.day), number) == 0 then
      return number
    end
  end
end
