-- What `left4me check` says about a production host: each part of it, what is wrong with it, and how to mend that.
local M = {}

-- In the order in which one thing needs another.
local PARTS = { "check_host", "check_access", "check_units" }

--- The lines `left4me check` prints for this backend.
-- @param look table|nil as backends.systemd.look
-- @return table[] {ok=boolean|"note", text=string, mend=string|nil what to do when not ok}
function M.lines(look)
  look = look or require "backends.systemd.look"
  local lines = {}
  for _, part in ipairs(PARTS) do
    local found = require("backends.systemd." .. part).lines(look)
    table.move(found, 1, #found, #lines + 1, lines)
  end
  return lines
end

return M
