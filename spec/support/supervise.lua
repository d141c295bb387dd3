-- A supervisor with short pauses and a small log, so that specs need not wait: `lua THIS STOP_MS NAME --root DIR`.
local runtime = require "host.runtime"
local supervisor = require "backends.standalone.supervisor"

local M = {}

M.policy = { pause_ms = 30, burst = 3, window_ms = 60000 }
M.limits = { line = 4096, bytes = 65536, slack = 16384, runs = 3 }

local stop_ms, name, _, root = ...
if root then
  M.policy.stop_ms = math.tointeger(tonumber(stop_ms))
  return supervisor.run({
    dir = assert(require("host.fs").root(root)), name = name, policy = M.policy, limits = M.limits,
  }, function(line) runtime.write(1, line .. "\n") end)
end
return M
