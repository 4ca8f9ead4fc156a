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
  local forecast, position, line, class = qf.forecast_of(c, ticket)
  return { ticket = ticket.id, position = position, estimated_wait = qf.corrected(c, line, class, forecast) }
end

-- Whose slot is still to come has not waited for it.
function qf.waited_s(c, ticket)
  return math.max(0, c.now - ticket.order_at) / 1000
end

-- What the model says of a waiting ticket (Forecast), its position, its line, and its class in that.
function qf.forecast_of(c, ticket)
  local line = qf.picture(c, ticket.clinic)
  local class = qf.class_index(c, ticket.priority)
  local known = line.forecasts[ticket.id]
  if known == nil then
    local position, waited_s = qf.position(c, line, ticket), qf.waited_s(c, ticket)
    local forecast = qf.forecast(c, line, class, position - 1, qf.rank(c, ticket), waited_s)
    forecast.at_ms = c.now
    known = { forecast = forecast, position = position }
    line.forecasts[ticket.id] = known
  end
  return known.forecast, known.position, line, class
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
