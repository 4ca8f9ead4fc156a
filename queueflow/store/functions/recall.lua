-- Calls a called patient once more.
--
-- takes    ticket: str
--          if_revision: int?
--          reason: str?
-- gives    TicketResult
-- refuses  unknown-ticket, revision-mismatch, not-allowed-in-state
-- tells    ticket.recalled
-- costs    O(1)
-- keys     active due present tickets undo visits

qf.register_move("recall", "ticket.recalled", function(c, ticket, after)
  ticket.state, ticket.calls = after, ticket.calls + 1
  qf.save_ticket(c, ticket)
  qf.await_answer(c, ticket)
  return { queue = false }
end)
