-- Every key of a facility. All begin with its hash tag, taken from the one key that a caller names, so that
-- they lie in one slot of a cluster. No other file builds a key.

-- "qf:{lang-son}:meta" -> "qf:{lang-son}:"
function qf.prefix(key)
  return string.match(key, "^(qf:{[a-z0-9-]+}:)meta$") or error("not a facility's key")
end

qf.key = {
  meta = function(c) return c.prefix .. "meta" end,
  events = function(c) return c.prefix .. "events" end,
  setup = function(c) return c.prefix .. "setup" end,
  rulesets = function(c) return c.prefix .. "rulesets" end,
  robin = function(c) return c.prefix .. "robin" end,
  once = function(c, key) return c.prefix .. "once:" .. key end,
  undo = function(c, ticket) return c.prefix .. "undo:" .. ticket end,
  -- What is under way, whatever day it began on.
  active = function(c) return c.prefix .. "active" end,
  -- Who shall serve a waiting ticket, for those who wish; and who is there: by clinic and wish, with a count of rooms.
  wishes = function(c, clinic) return c.prefix .. "wishes:" .. clinic end,
  present = function(c) return c.prefix .. "present" end,
  -- Called tickets and when their no-show is due; visits with a stop that another one could come before.
  due = function(c) return c.prefix .. "due" end,
  choices = function(c) return c.prefix .. "choices" end,
  -- Booked appointments and when their slots are released; tickets that wait for their slot, and when its time comes.
  releases = function(c) return c.prefix .. "releases" end,
  lifts = function(c) return c.prefix .. "lifts" end,
  rooms = function(c) return c.prefix .. "rooms" end,
  -- Rooms with a place that is free though somebody waits, and since when.
  freed = function(c) return c.prefix .. "freed" end,
  -- A clinic's counts of waiting tickets and of rooms, its pace, and what its classes have to their credit.
  clinic = function(c, clinic) return c.prefix .. "clinic:" .. clinic end,
  waiting = function(c, clinic, class) return c.prefix .. "waiting:" .. clinic .. ":" .. class end,
  -- What belongs to one service day; an id begins with its day.
  tickets = function(c, id) return c.prefix .. "tickets:" .. string.sub(id, 1, 8) end,
  visits = function(c, id) return c.prefix .. "visits:" .. string.sub(id, 1, 8) end,
  -- What is booked for a day, the places taken in its slots, and who and which code has what; kept from the booking on.
  appointments = function(c, id) return c.prefix .. "appointments:" .. string.sub(id, 1, 8) end,
  taken = function(c, id) return c.prefix .. "taken:" .. string.sub(id, 1, 8) end,
  bookings = function(c, id) return c.prefix .. "bookings:" .. string.sub(id, 1, 8) end,
  persons = function(c, day) return c.prefix .. "persons:" .. day end,
  numbers = function(c, day) return c.prefix .. "numbers:" .. day end,
  carried = function(c, day) return c.prefix .. "carried:" .. day end,
}

-- The keys of one whole day.
function qf.keys_of_day(c, day)
  return {
    qf.key.tickets(c, day),
    qf.key.visits(c, day),
    qf.key.persons(c, day),
    qf.key.numbers(c, day),
    qf.key.carried(c, day),
  }
end
