-- l4d2ctl reset: stop a server and remove its instance; its logs stay.
local removal = require "ctl.removal"

local M = {
  name = "reset", summary = "Stop a server and remove everything it wrote; its logs stay",
  args = { { name = "NAME", help = "The server: 1 to 64 of a-z, 0-9, - and _" } },
}

--- @param ctx table of boot.ctl
-- @param values table {name}
-- @return integer|nil exit code; string message
function M.run(ctx, values)
  return removal.run(ctx, values.name, false)
end

return M
