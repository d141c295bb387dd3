-- Small helpers for the benchmarks: time a function many times, and name percentiles.
local clock = require "host.clock"

local M = {}

--- The p-th percentile of a list of numbers (nearest rank).
function M.percentile(values, p)
  table.sort(values)
  return values[math.max(1, math.ceil(#values * p / 100))]
end

--- Time a function.
-- @param count integer how often
-- @param run function
-- @return list of milliseconds (floats)
function M.times(count, run)
  local out = {}
  for i = 1, count do
    local from = clock.monotonic_ns()
    run(i)
    out[i] = (clock.monotonic_ns() - from) / 1e6
  end
  return out
end

function M.ms(value) return ("%.1f ms"):format(value) end
function M.ratio(ours, limit) return ("%.2f ×"):format(ours / limit) end

--- "p50 / p99" in milliseconds.
function M.spread(values)
  return ("p50 %.1f ms, p99 %.1f ms"):format(M.percentile(values, 50), M.percentile(values, 99))
end

--- Proportional set size of a process and its threads, in MiB (proc(5), smaps_rollup).
function M.pss(pid)
  local file = assert(io.open(("/proc/%d/smaps_rollup"):format(pid)))
  local text <const> = file:read("a")
  file:close()
  return math.tointeger(text:match("Pss:%s+(%d+)")) / 1024
end

return M
