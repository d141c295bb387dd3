-- l4d2ctl delete: like reset, and its logs go too; a missing instance is a success.
local removal = require "ctl.removal"

local M = {
  name = "delete", summary = "Stop a server and remove all of it, logs included",
  args = { { name = "NAME", help = "The server: 1 to 64 of a-z, 0-9, - and _" } },
}

--- @param ctx table of boot.ctl
-- @param values table {name}
-- @return integer|nil exit code; string message
function M.run(ctx, values)
  return removal.run(ctx, values.name, true)
end

return M
