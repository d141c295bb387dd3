-- Counts this process's open descriptors, for specs that look for leaks.
local M = {}

--- How many descriptors are open; the listing's own count every time alike.
function M.count()
  collectgarbage() -- handles that earlier specs left
  local root <close> = assert(require("host.fs").root("/proc/self/fd"))
  return #assert(root:list("."))
end

--- Run Lua source with the n-th allocation failing, n = 0, 1, 2 … until it succeeds.
-- @param source string
-- @return integer how many allocations failed on the way; raises when anything but memory went wrong
function M.fail_each_allocation(source)
  local fault = require "host.fault"
  for n = 0, 100000 do
    local ok, message, code = fault.run(source, n)
    if ok then return n end
    assert(code == "ENOMEM", message)
  end
  error("never succeeded")
end

return M
