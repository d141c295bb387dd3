-- The status of one server: its supervisor's record, judged by which processes still live.
local state = require "backends.standalone.state"
local supervised = require "domain.supervised"

local M = {}

--- @param dir host.fs root of the state directory
-- @param name string
-- @return table as of Standalone:status
function M.of(dir, name)
  local record = state.read(dir, name)
  local game_alive = record ~= nil and state.alive(record.game)
  local status = supervised.judge(record, record ~= nil and state.alive(record.supervisor), game_alive)
  if not record then return status end
  status.since, status.invocation = record.since, record.invocation
  status.restarts, status.exit, status.error = record.restarts, record.exit, record.error
  status.reason = record.reason
  if game_alive then
    local usage = require "backends.usage"
    status.pid = usage.children(record.game.pid)[1] or record.game.pid
    status.memory, status.cpu_usec = usage.tree(record.game.pid)
  end
  return status
end

return M
