-- The units that systemd has in memory. Of another, which is inactive, it would read the files first, and that takes it
-- milliseconds.
local M = {}

local ABSENT <const> = { active = "inactive", sub = "dead" }

--- @param connection table backends.systemd.connection
-- @param pattern string as of fnmatch(3)
-- @return table|nil unit → {active=ActiveState, sub=SubState}, also for those that are not there; string message,
--   string code
function M.units(connection, pattern)
  local list, message, code = connection:ask("list", pattern)
  if not list then return nil, message, code end
  local found = setmetatable({}, { __index = function() return ABSENT end })
  for _, entry in ipairs(list) do found[entry.unit] = entry end
  return found
end

--- @param connection table backends.systemd.connection
-- @param unit string
-- @return string|nil its ActiveState; string message, string code
function M.state(connection, unit)
  local found, message, code = M.units(connection, unit)
  if not found then return nil, message, code end
  return found[unit].active
end

return M
