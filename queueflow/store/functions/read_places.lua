-- Where waiting tickets stand and how long they may wait; those that do not wait are left out.
--
-- takes    tickets: list
-- gives    Places
-- refuses  unknown-facility
-- tells
-- costs    O(tickets x classes x log n)
-- keys     present tickets

qf.register_read("read_places", function(c)
  local places = {}
  for _, id in ipairs(c.a.tickets) do
    local ticket = qf.load_ticket(c, id)
    if ticket and ticket.state == "waiting" then
      places[#places + 1] = qf.place(c, ticket)
    end
  end
  return { places = places }
end)
