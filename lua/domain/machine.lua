-- What Linux says of this machine and of one process in /proc, as numbers.
local M = {}

local KIB = 1024
-- The kernel's clock ticks as /proc shows them (USER_HZ, proc(5)).
local TICKS = 100

local function kib(text, name)
  local number = math.tointeger(tonumber(text:match(name .. ":%s+(%d+) kB")))
  return number and number * KIB
end

--- The memory of the machine.
-- @param meminfo string /proc/meminfo
-- @return table {total=|nil, available=|nil} in bytes
function M.memory(meminfo)
  return { total = kib(meminfo, "MemTotal"), available = kib(meminfo, "MemAvailable") }
end

--- The memory a process has of its own and shares.
-- @param status string /proc/PID/status
-- @return integer|nil bytes
function M.resident(status)
  return kib(status, "VmRSS")
end

--- How long the machine runs.
-- @param uptime string /proc/uptime
-- @return integer|nil milliseconds
function M.uptime(uptime)
  local seconds = tonumber(uptime:match("^[%d.]+"))
  return seconds and math.floor(seconds * 1000)
end

--- How long a process runs.
-- @param uptime_ms integer of the machine
-- @param started integer in clock ticks since the machine's start
-- @return integer milliseconds
function M.age(uptime_ms, started)
  return math.max(0, uptime_ms - started * 1000 // TICKS)
end

return M
