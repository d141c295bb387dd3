-- host.signal: signals as something a loop can wait for (signalfd).
---@meta

---@class host.signal
local signal = {}

---@class host.signal.watch
local watch = {}

--- Block the named signals for this (single-threaded) process and read them instead.
-- Children must be started with a clean mask (host.proc and host.ns do).
---@param names string[] of "TERM", "INT", "HUP", "USR1"; any other name raises
---@return host.signal.watch|nil, string? message, string? code EMFILE, ENFILE, ENOMEM
function signal.watch(names) end

--- The descriptor to add to a host.loop for reading; owned by the watch.
---@return integer
function watch:fd() end

--- The next signal that arrived. Does not block.
---@return string|nil name, string? again "again" when there is none
function watch:read() end

--- Give the signals their former effect back. Closing twice is fine.
function watch:close() end

return signal
