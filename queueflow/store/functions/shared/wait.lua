-- The expected wait of somebody with a number of people ahead.

-- Standard normal quantile of 0.9.
local Z90 = 1.2815515655

-- With c rooms, k patients must leave a room before one's turn: their k service times over c rooms, taken as gamma
-- distributed (mean m k / c, coefficient of variation cv / sqrt k); quantiles by Wilson and Hilferty (1931,
-- PNAS 17:684). Without an open room as if one were open: nobody knows when that will be. Whole seconds.
function qf.expected_wait(line, ahead)
  local k = ahead + 1 - line.free
  if k <= 0 then
    return { p50_s = 0, p90_s = 0 }
  end
  local mean = line.mean * k / math.max(1, line.open)
  local cv = line.setup.service_cv / math.sqrt(k)
  local function quantile(z)
    local root = 1 - cv * cv / 9 + z * cv / 3
    return math.floor(mean * math.max(0, root) ^ 3 + 0.5)
  end
  return { p50_s = quantile(0), p90_s = quantile(Z90) }
end
