-- Answers. A refusal is a value, so that it can be kept with its request's key; an error is a bug or an outage.

-- slug: a problem's (model/errors.py); fields: what it says more.
function qf.refuse(slug, fields)
  local refused = fields or {}
  refused.slug = slug
  return { refused = refused }
end

function qf.not_allowed(state, action)
  return qf.refuse("not-allowed-in-state", { state = state, action = action })
end

-- TicketResult. journey: with all stops of the visit; place: with its place while it waits.
function qf.ticket_result(c, ticket, visit, more)
  local result = more or {}
  result.ticket, result.visit = ticket, visit
  if ticket.state == "waiting" then
    local place = qf.place(c, ticket)
    result.position, result.estimated_wait = place.position, place.estimated_wait
  end
  return result
end

-- Place of a waiting ticket.
function qf.place(c, ticket)
  local line = qf.picture(c, ticket.clinic)
  local position = qf.position(c, line, ticket)
  return { ticket = ticket.id, position = position, estimated_wait = qf.expected_wait(line, position - 1) }
end

-- VisitRecord.
function qf.visit_record(c, visit)
  local record = { visit = visit, journey = qf.journey(c, visit) }
  for _, ticket in ipairs(record.journey) do
    if ticket.state == "waiting" then
      record.place = qf.place(c, ticket)
    end
  end
  return record
end
