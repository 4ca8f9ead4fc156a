-- The one table of moves, the same as TRANSITIONS in model/ticket.py (a test compares what they do).
qf.transitions = {
  ["call"] = { waiting = "called" },
  ["recall"] = { called = "called" },
  ["start"] = { called = "serving" },
  ["complete"] = { serving = "done" },
  ["suspend"] = { serving = "suspended" },
  ["release"] = { planned = "planned", suspended = "suspended" },
  ["no-show"] = { called = "no-show" },
  ["requeue"] = { called = "waiting" },
  ["reinstate"] = { ["no-show"] = "waiting" },
  ["transfer"] = { waiting = "waiting", called = "waiting", serving = "waiting" },
  ["reopen"] = { done = "waiting", cancelled = "waiting" },
  ["hold"] = { waiting = "on-hold" },
  ["resume"] = { ["on-hold"] = "waiting" },
  ["prioritise"] = { planned = "planned", waiting = "waiting", ["on-hold"] = "on-hold" },
  ["cancel"] = {
    planned = "cancelled",
    waiting = "cancelled",
    called = "cancelled",
    ["on-hold"] = "cancelled",
    suspended = "cancelled",
    ["no-show"] = "cancelled",
  },
}

-- The ticket that a command names, checked: it exists, nobody changed it since, and the move may follow.
-- Gives the ticket and its next state, or nil and a refusal.
function qf.moving(c, action)
  local ticket = qf.load_ticket(c, c.a.ticket)
  if ticket == nil then
    return nil, qf.refuse("unknown-ticket")
  end
  if c.a.if_revision ~= nil and c.a.if_revision ~= ticket.revision then
    return nil, qf.refuse("revision-mismatch", { revision = ticket.revision })
  end
  local after = qf.transitions[action][ticket.state]
  if after == nil then
    return nil, qf.not_allowed(ticket.state, action)
  end
  return ticket, after
end
