-- The called patient waits again, where the clinic's policy says: at the end, after some of their class, or at
-- their old place.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state
-- tells    ticket.requeued
-- costs    O(clinics of the room x classes x log n)
-- keys     tickets visits active rooms clinic waiting

local place = {}

place["end"] = function(c)
  return qf.arrival(c)
end

place["old-place"] = function(_, ticket)
  return ticket.order_at
end

-- Half way between the n-th of the class and the one after; where fewer wait, at the end.
place["after"] = function(c, ticket, n)
  local queue = qf.key.waiting(c, ticket.clinic, ticket.priority)
  local around = redis.call("ZRANGE", queue, math.max(0, n - 1), n, "WITHSCORES")
  local first, second = tonumber(around[2]), tonumber(around[4])
  if n == 0 then
    return first and first - 1 or qf.arrival(c)
  end
  if not second then
    return qf.arrival(c)
  end
  return (first + second) / 2
end

qf.register("requeue", function(c)
  local ticket, after = qf.moving(c, "requeue")
  if ticket == nil then
    return after
  end
  local setup = qf.clinic_setup(c, ticket.clinic)
  local room = qf.leave_room(c, ticket)
  qf.save_room(c, room)
  qf.wait_again(c, ticket, place[setup.requeue](c, ticket, setup.requeue_after))
  local visit = qf.load_visit(c, ticket.visit)
  qf.tell(c, "ticket.requeued", {
    tickets = { ticket },
    visits = { visit },
    rooms = { room },
    clinics = qf.touched(ticket.clinic, room),
    reason = c.a.reason,
  })
  return qf.ticket_result(c, ticket, visit)
end)
