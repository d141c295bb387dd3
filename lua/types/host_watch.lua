-- host.watch: files that change, as something a loop can wait for (inotify).
---@meta

---@class host.watch
local watch = {}

---@class host.watch.handle
local handle = {}

--- Begin to watch; nothing is watched yet.
---@return host.watch.handle|nil, string? message, string? code EMFILE (too many of this user), ENFILE, ENOMEM
function watch.new() end

--- The descriptor to add to a host.loop for reading; owned by the handle.
---@return integer
function handle:fd() end

--- Watch a file, or a directory for what happens to the files in it. Watching a path again is the same watch, with the
--- kinds named last.
---@param path string absolute; trusted, but a link at its end is not followed
---@param ... string at least one of "written", "closed" (after having been open for writing), "arrived" (renamed to
---  here), "made", "removed" (or renamed away); the last three of files in a directory; any other word raises
---@return integer|nil id, string? message, string? code ENOENT, EACCES, ENOSPC (too many watches of this user), ENOMEM
function handle:add(path, ...) end

--- Stop watching; an event with gone=true still comes.
---@param id integer
---@return true|nil, string? message, string? code EINVAL
function handle:remove(id) end

--- What happened since the last call, in order. Does not block. Many alike in a row are one.
---@return {id: integer|nil, name: string|nil, gone: boolean|nil, lost: boolean|nil}[]|nil id of the watch; name of the
---  file in a watched directory; gone: the watch is over, what it watched was removed; lost: more happened than
---  could be kept, look everywhere
---@return string? again "again" when nothing did
function handle:read() end

--- Close; closing twice is fine.
function handle:close() end

return watch
