-- The hall closes: every stop that is not over is cancelled, who is being served is done, every room closes. Who comes
-- later the same day gets the next number.
--
-- takes
-- gives    DayResult
-- refuses
-- tells    day.closed
-- costs    O(tickets under way + rooms x clinics)
-- keys     active carried persons present rooms tickets visits

qf.register("close_day", function(c)
  local ended, waited = qf.end_day(c, -1)
  return { day = c.day, ended = ended, waited = waited }
end)
