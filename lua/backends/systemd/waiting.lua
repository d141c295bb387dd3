-- Waits for descriptors in this thread, for whoever has no others to give their turn meanwhile.
local loop = require "host.loop"

local M = {}

--- Wait until a descriptor is ready; blocks.
-- @param fds table fd → "r", "w" or "rw"
-- @param ms integer the longest wait
function M.here(fds, ms)
  local poll <close> = loop.new()
  for fd, mode in pairs(fds) do poll:add(fd, mode, fd) end
  poll:wait(ms)
end

return M
