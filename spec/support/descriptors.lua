-- Counts this process's open descriptors, for specs that look for leaks.
local M = {}

--- How many descriptors are open (the listing's own is counted every time alike).
function M.count()
  local pipe = assert(io.popen(("ls /proc/%d/fd | wc -l"):format((require("host.runtime").ids()))))
  local count = math.tointeger(pipe:read("n"))
  pipe:close()
  return count
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
