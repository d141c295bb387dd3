-- A scheduler module for specs that does nothing until the service stops; it can fail on demand.
local hub = require "host.hub"

local M = {}

function M.run(config)
  if config == "fail" then error("the scheduler fails on purpose") end
  while not hub.stopping() do hub.wait("scheduler", hub.generation("scheduler"), 60000) end
end

return M
