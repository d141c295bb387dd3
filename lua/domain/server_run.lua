-- Which run of a server a description of its output is of: a new start is a new run, an automatic restart is not.
local M = {}

--- @param log table|nil a backend's log(), or the stream made of it: {path=} or {after=, invocation=, boot=}
-- @return string|nil letters and digits, another one for each run; nil when it never ran
function M.of(log)
  if not log then return nil end
  if log.path then return log.path:match("([^/]+)%.log$") end
  return log.after and log.after:match(";i=(%x+);") or log.invocation or log.boot
end

-- The parts of a cursor that order entries: series and number, boot and its clock, wall clock.
local function parts(cursor)
  local series, number, boot, uptime, time =
    cursor:match("^s=(%x+);i=(%x+);b=(%x+);m=(%x+);t=(%x+);x=%x+$")
  if not series then return nil end
  return { series = series, boot = boot, number = tonumber(number, 16), uptime = tonumber(uptime, 16),
    time = tonumber(time, 16) }
end

--- Whether the entry at a cursor is no later than the one at another, as systemd orders them.
-- @param a string cursor of sd-journal
-- @param b string
-- @return boolean
function M.is_earlier(a, b)
  local one, other = parts(a), parts(b)
  if not (one and other) then return false end
  if one.series == other.series then return one.number <= other.number end
  if one.boot == other.boot then return one.uptime <= other.uptime end
  return one.time <= other.time
end

return M
