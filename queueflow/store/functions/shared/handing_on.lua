-- Tickets that were for a room, or for who works there, go on without them once nobody there serves their clinic.

-- Who is there: "<clinic>/<wish>" -> how many open or paused rooms.
function qf.there(c)
  local there, flat = {}, redis.call("HGETALL", qf.key.present(c))
  for n = 1, #flat, 2 do
    there[flat[n]] = tonumber(flat[n + 1])
  end
  return there
end

function qf.is_there(there, clinic, wish)
  return (there[clinic .. "/" .. wish] or 0) > 0
end

-- The waiting tickets of a clinic that wish for somebody who was there before and is not now, first come first.
local function left_behind(c, clinic, before, now)
  local tickets, flat = {}, redis.call("HGETALL", qf.key.wishes(c, clinic))
  for n = 1, #flat, 2 do
    local wish = flat[n + 1]
    if qf.is_there(before, clinic, wish) and not qf.is_there(now, clinic, wish) then
      tickets[#tickets + 1] = qf.load_ticket(c, flat[n])
    end
  end
  table.sort(tickets, function(one, other)
    return one.order_at < other.order_at or (one.order_at == other.order_at and one.id < other.id)
  end)
  return tickets
end

-- Puts them where the clinic's policy hands tickets on to, in their order: of several that go after the n-th, the last
-- is placed first.
local function place_anew(c, clinic, tickets, now)
  for _, ticket in ipairs(tickets) do
    if ticket.state == "waiting" then
      qf.dequeue(c, ticket)
    end
    if ticket.wish and not qf.is_there(now, clinic, ticket.wish) then
      ticket.wish = nil
    end
  end
  local from, to, step = 1, #tickets, 1
  if qf.clinic_setup(c, clinic).reentry.handed_on.at == "after" then
    from, to, step = #tickets, 1, -1
  end
  for n = from, to, step do
    qf.wait_again(c, tickets[n], qf.reentry(c, tickets[n], "handed_on"))
  end
end

-- Hands on the called tickets of a room, which have left it, and whoever waited for somebody who was there `before`
-- (qf.there) and is not any more; each clinic's are told together.
function qf.hand_on(c, before, reason, room, called)
  local now = qf.there(c)
  for _, clinic in ipairs(qf.clinic_ids(c)) do
    local tickets, of_room = {}, nil
    for _, ticket in ipairs(called or {}) do
      if ticket.clinic == clinic then
        tickets[#tickets + 1], of_room = ticket, { room }
      end
    end
    for _, ticket in ipairs(left_behind(c, clinic, before, now)) do
      tickets[#tickets + 1] = ticket
    end
    if #tickets > 0 then
      place_anew(c, clinic, tickets, now)
      qf.tell(c, "ticket.handed-on", { tickets = tickets, rooms = of_room, clinics = { clinic }, reason = reason })
    end
  end
end
