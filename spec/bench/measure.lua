-- Small helpers for the benchmarks: time functions in turn, name percentiles, weigh processes.
local clock = require "host.clock"

local M = {}

--- The p-th percentile of a list of numbers (nearest rank).
function M.percentile(values, p)
  table.sort(values)
  return values[math.max(1, math.ceil(#values * p / 100))]
end

--- Time one call.
-- @return float milliseconds
function M.time(run, ...)
  local from = clock.monotonic_ns()
  run(...)
  return (clock.monotonic_ns() - from) / 1e6
end

--- Time functions in turn, so that what else the machine does falls on each of them alike.
-- @param rounds integer how often each runs; it is called with the number of the round
-- @param ... function
-- @return for each function a list of milliseconds (floats)
function M.alternate(rounds, ...)
  local functions, out = { ... }, {}
  for place = 1, #functions do out[place] = {} end
  for round = 1, rounds do
    for place, run in ipairs(functions) do out[place][round] = M.time(run, round) end
  end
  return table.unpack(out)
end

function M.ms(value) return ("%.1f ms"):format(value) end
function M.ratio(ours, limit) return ("%.2f ×"):format(ours / limit) end

--- "p50 / p99" in milliseconds.
function M.spread(values)
  return ("p50 %.1f ms, p99 %.1f ms"):format(M.percentile(values, 50), M.percentile(values, 99))
end

--- Proportional set size of a process and its threads, in MB (proc(5), smaps_rollup).
-- @return float|nil nil when only root may look into it
function M.pss(pid)
  local file <close> = io.open(("/proc/%d/smaps_rollup"):format(pid))
  local text = file and file:read("a")
  return text and math.tointeger(text:match("Pss:%s+(%d+)")) * 1024 / 1e6
end

return M
