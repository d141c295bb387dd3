---@meta host.runtime
-- Where our files are, who we are and who we become, the environment, raw output.

---@class host.runtime
---@field version string the program's version, such as "0.1.0"
---@field lua_version string of the Lua inside, such as "Lua 5.4.6"
---@field share_dir string absolute directory holding lua/, templates/, static/ and schema/
---@field executable string|nil absolute path of the running program
local runtime = {}

--- One environment variable.
---@param name string
---@return string|nil
function runtime.getenv(name) end

--- The whole environment as a table.
---@return table<string, string>
function runtime.environ() end

--- Process id, effective user id, effective group id.
---@return integer pid, integer euid, integer egid
function runtime.ids() end

--- A user's ids.
---@param name string
---@return integer|nil uid, integer|string gid_or_message, string|nil code ENOENT
function runtime.user(name) end

--- Root becomes a user for good: the user's own group and one more, no capability and none to be gained, HOME, USER
--- and LOGNAME of the user. Only for a process with one thread. After a failure this process is neither: it must end.
---@param user string
---@param extra_group string|nil
---@return true|nil ok, string|nil message, string|nil code ENOENT, EPERM (also for root itself), EBUSY with
--- more than one thread
function runtime.become(user, extra_group) end

--- Open, make and remove files as a user, with that user's rights alone; `files_as(0, 0)` is the way back. Only for
--- root and for a process with one thread.
---@param uid integer
---@param gid integer
---@return true|nil ok, string|nil message, string|nil code EPERM, EBUSY
function runtime.files_as(uid, gid) end

--- No other process of our user may look into this one: neither its memory nor its descriptors.
---@return true|nil ok, string|nil message, string|nil code
function runtime.unseen() end

--- Whether the descriptor is a terminal.
---@param fd integer
---@return boolean
function runtime.isatty(fd) end

--- Write all of the text; may block.
---@param fd integer
---@param text string
---@return true|nil ok, string|nil message, string|nil code EPIPE, EIO, ENOSPC …
function runtime.write(fd, text) end

--- Tell the service manager what we are up to, as sd_notify(3): assignments, a line each, such as "READY=1". Blocks
-- only while the manager's socket is full.
---@param text string
---@return boolean|nil told, string|nil message, string|nil code false: nobody asked for it (no NOTIFY_SOCKET);
---  ENOENT, ECONNREFUSED, EINVAL, ELIBACC (no libsystemd)
function runtime.notify(text) end

return runtime
