---@meta host.loop
-- One epoll instance (epoll(7)); Lua pulls the events.

---@class host.loop
local loop = {}

--- A new loop; a handle: close it, or let it be a to-be-closed variable.
---@return host.loop.handle|nil loop, string|nil message, string|nil code EMFILE, ENFILE, ENOMEM
function loop.new() end

---@class host.loop.handle
local handle = {}

--- Watch a descriptor.
---@param fd integer
---@param mode "r"|"w"|"rw"
---@param tag any what wait() gives back
---@return true|nil ok, string|nil message, string|nil code EEXIST, EBADF, EPERM
function handle:add(fd, mode, tag) end

--- Change what a watched descriptor is watched for.
---@param fd integer
---@param mode "r"|"w"|"rw"
---@return true|nil ok, string|nil message, string|nil code ENOENT
function handle:mod(fd, mode) end

--- Stop watching a descriptor; do it before closing the descriptor.
---@param fd integer
---@return true|nil ok, string|nil message, string|nil code ENOENT, EBADF
function handle:del(fd) end

--- Wait for events; may block.
---@param timeout_ms integer|nil -1 or absent: no limit
---@return {tag: any, readable: boolean|nil, writable: boolean|nil, hangup: boolean|nil}[] at most 64; empty on timeout
function handle:wait(timeout_ms) end

--- Close; closing twice is fine.
function handle:close() end

return loop
