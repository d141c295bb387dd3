---@meta host.clock
-- The wall clock and the monotonic clock.

---@class host.clock
local clock = {}

--- Milliseconds since 1970-01-01 UTC.
---@return integer
function clock.now() end

--- Milliseconds of a clock that never jumps.
---@return integer
function clock.monotonic() end

--- Nanoseconds of the same clock.
---@return integer
function clock.monotonic_ns() end

return clock
