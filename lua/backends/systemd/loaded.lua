-- The states of the units that systemd has in memory. Of another, which is inactive, it would read the files first, and
-- that takes it milliseconds.
local M = {}

--- @param connection table backends.systemd.connection
-- @param pattern string as of fnmatch(3), e.g. a unit's name
-- @return table|nil unit → ActiveState, "inactive" for those that are not there; string message, string code
function M.states(connection, pattern)
  local list, message, code = connection:ask("list", pattern)
  if not list then return nil, message, code end
  local states = setmetatable({}, { __index = function() return "inactive" end })
  for _, entry in ipairs(list) do states[entry.unit] = entry.active end
  return states
end

return M
