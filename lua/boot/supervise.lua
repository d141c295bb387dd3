-- `left4me supervise NAME --root DIR`: the process that stays beside one game server; l4d2ctl start makes it.
local M = {}

--- @param name string
-- @param option string "--root"
-- @param root string absolute path of the state directory
-- @return integer exit code
function M.run(name, option, root)
  -- What the heap grows to while sources are read it keeps for as long as the server runs.
  collectgarbage("incremental", 100, 1000)
  local runtime = require "host.runtime"
  if name == "--help" then
    runtime.write(1, "Usage: left4me supervise NAME --root DIR\nRuns one game server; `l4d2ctl start` starts this.\n")
    return 0
  end
  if not require("domain.instance").valid_name(name) or option ~= "--root" or not root then
    runtime.write(2, "left4me supervise: NAME --root DIR; `l4d2ctl start` runs this\n")
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
