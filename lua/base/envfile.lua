-- Reads environment files as systemd does: a variable a line.
local M = {}

local function unquoted(value)
  local inner = value:match('^"(.*)"$')
  if inner then return (inner:gsub("\\(.)", "%1")) end
  return value:match("^'(.*)'$") or value
end

--- The variables of an environment file (systemd.exec(5), EnvironmentFile=; one line each).
-- @param content string
-- @return table name → value
function M.parse(content)
  local out = {}
  for line in (content .. "\n"):gmatch("(.-)\r?\n") do
    local name, value = line:match("^%s*([%a_][%w_]*)%s*=%s*(.-)%s*$")
    if name then out[name] = unquoted(value) end
  end
  return out
end

return M
