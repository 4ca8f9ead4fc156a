-- Where a ticket that comes back re-enters its queue, by the clinic's policy for that kind of return.

local place = {}

-- Behind who came now, and behind those whose slot is still to come.
place["end"] = function(c, ticket)
  local last = redis.call("ZRANGE", qf.key.waiting(c, ticket.clinic, ticket.priority), -1, -1, "WITHSCORES")
  return math.max(qf.arrival(c), (tonumber(last[2]) or 0) + 1 / 1024)
end

place["old-place"] = function(_, ticket)
  return ticket.order_at
end

-- Half way between the n-th of the class and the one after, counted from `rank`; where fewer wait, at the end.
place["after"] = function(c, ticket, count, rank)
  local n = count + rank
  local queue = qf.key.waiting(c, ticket.clinic, ticket.priority)
  local around = redis.call("ZRANGE", queue, math.max(0, n - 1), n, "WITHSCORES")
  local first, second = tonumber(around[2]), tonumber(around[4])
  if n == 0 then
    return first and first - 1 or qf.arrival(c)
  end
  if not second then
    return place["end"](c, ticket)
  end
  return (first + second) / 2
end

-- The effective arrival of a ticket that comes back; kind: requeued, reinstated, transferred, returned, late or deferred.
-- rank: how many of its class went before one that did not come back but falls back from its place.
function qf.reentry(c, ticket, kind, rank)
  local rule = qf.clinic_setup(c, ticket.clinic).reentry[kind]
  return place[rule.at](c, ticket, rule.after, rank or 0)
end
