---@meta host.fault
-- Fault injection for specs: run a chunk in a fresh state whose n-th allocation fails.

---@class host.fault
local fault = {}

--- Run Lua source in a new state.
---@param source string
---@param fail_at integer|nil number of allocations that succeed; -1 or absent: no fault
---@return true|nil ok, integer|string allocations_or_message, string|nil code ENOMEM or ERROR
function fault.run(source, fail_at) end

return fault
