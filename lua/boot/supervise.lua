-- `left4me supervise NAME`: the process that stays beside one game server; l4d2ctl start makes it.
local M = {}

--- @param name string
-- @return integer exit code
function M.run(name)
  local runtime = require "host.runtime"
  local root = runtime.getenv "LEFT4ME_ROOT"
  if not require("domain.instance").valid_name(name) or not root then
    runtime.write(2, "left4me supervise: l4d2ctl start runs this, with LEFT4ME_ROOT and a server's name\n")
    return 2
  end
  local dir, err = require("host.fs").root(root)
  if not dir then
    runtime.write(2, "left4me supervise: " .. err .. "\n")
    return 1
  end
  return require("backends.standalone.supervisor").run({ dir = dir, name = name }, function(line)
    runtime.write(1, line .. "\n")
  end)
end

return M
