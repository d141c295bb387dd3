-- Reads files of control groups (Linux, Documentation/admin-guide/cgroup-v2.rst): lines of a name and a number.
local M = {}

--- The numbers of a file such as pids.events or memory.events.
-- @param text string|nil
-- @return table name → integer
function M.events(text)
  local numbers = {}
  for name, digits in (text or ""):gmatch("(%l[%l_]*) (%d+)") do
    numbers[name] = #digits <= 18 and math.tointeger(tonumber(digits)) or math.maxinteger
  end
  return numbers
end

return M
