-- A facility as it is at one offset: every clinic and room, and the visits under way with their open tickets.
--
-- takes
-- gives    FacilityState
-- refuses  unknown-facility
-- tells
-- costs    O(tickets under way + rooms + clinics x classes)
-- keys     active present rooms tickets visits

qf.register_read("read_board", function(c)
  local state = { day = c.day, version = c.version, clinics = {}, rooms = {}, tickets = {}, visits = {} }
  for i, id in ipairs(qf.clinic_ids(c)) do
    state.clinics[i] = qf.clinic_state(c, id)
  end
  for i, id in ipairs(qf.room_ids(c)) do
    state.rooms[i] = qf.load_room(c, id)
  end
  local seen = {}
  for i, id in ipairs(redis.call("SMEMBERS", qf.key.active(c))) do
    local ticket = qf.load_ticket(c, id)
    state.tickets[i] = ticket
    if not seen[ticket.visit] then
      seen[ticket.visit] = true
      state.visits[#state.visits + 1] = qf.load_visit(c, ticket.visit)
    end
  end
  return state
end)
