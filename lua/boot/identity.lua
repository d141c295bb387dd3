-- Who works on the state directory: on a production host left4me, also when root asks.
local errors = require "base.errors"
local runtime = require "host.runtime"

local M = {}

--- The user the state directory of a production host belongs to.
M.OWNER = "left4me"
local JOURNAL <const> = "systemd-journal" -- the group that may read the journal

--- Become left4me for good when we are root on a production host: nothing of root's is to stay behind. Only for a
-- process with one thread.
-- @param config table with backend
-- @return true|nil
-- @return table|nil err
-- @return table|nil phrase of domain.findings that says the same
function M.settle(config)
  local _, uid = runtime.ids()
  if config.backend ~= "systemd" or uid ~= 0 then return true end
  local ok, message = runtime.become(M.OWNER, JOURNAL)
  if ok then return true end
  local problem = require("domain.findings").state.not_left4me { message = message }
  return nil, errors.common.invalid { text = tostring(problem) }, problem
end

return M
