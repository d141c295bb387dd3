-- Stub of host.guard (runtime/guard.c): resume a coroutine of someone else's code under limits.
---@meta host.guard

local M = {}

--- What a coroutine may still use; resume writes back what is left. Make a new table for each
--- coroutine.
---@class host.guard.limits
---@field instructions integer|nil of the Lua machine, in all (100000000)
---@field milliseconds number|nil of running, in all (10000)
---@field slice integer|nil instructions until others get their turn (100000); 5 ms end it too
---@field bytes integer|nil by which the state's memory may grow while it runs (16 MiB)
---@field base integer|nil the state's memory at the first resume; set by resume

--- Resume under limits. Beyond instructions or milliseconds the coroutine is ended, whatever it
--- catches; beyond bytes it gets "not enough memory". Only code that cannot yield (a callback of a C
--- function) keeps others waiting, for 100 ms at most; a single C call is not interrupted. Pending
--- to-be-closed variables of a coroutine that failed are closed. The code must not get xpcall (a
--- message handler runs without limits), coroutine, debug, or a setmetatable that takes __gc.
---@param co thread
---@param limits host.guard.limits
---@param ... any as for coroutine.resume; nothing after "slice"
---@return boolean|"slice" ok "slice": resume it again, soon
---@return any ... what it yielded or returned, or the error
function M.resume(co, limits, ...) end

--- End a suspended coroutine. Its to-be-closed variables are closed, but get no time to run Lua code.
---@param co thread
function M.close(co) end

return M
