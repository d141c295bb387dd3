-- A supervisor with short pauses and a small log, so that specs need not wait: `left4me lua THIS NAME --root DIR`.
local runtime = require "host.runtime"
local supervisor = require "backends.standalone.supervisor"

local M = {}

M.policy = { pause_ms = 30, burst = 3, window_ms = 60000, stop_ms = 300 }
M.limits = { line = 4096, bytes = 65536, slack = 16384, runs = 3 }

local name, _, root = ...
if root then
  return supervisor.run({
    dir = assert(require("host.fs").root(root)), name = name, policy = M.policy, limits = M.limits,
  }, function(line) runtime.write(1, line .. "\n") end)
end
return M
