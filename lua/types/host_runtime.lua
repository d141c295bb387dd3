---@meta host.runtime
-- Where our files are, who we are, the environment, raw output.

---@class host.runtime
---@field version string the program's version, such as "0.1.0"
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

--- Whether the descriptor is a terminal.
---@param fd integer
---@return boolean
function runtime.isatty(fd) end

--- Write all of the text; may block.
---@param fd integer
---@param text string
---@return true|nil ok, string|nil message, string|nil code EPIPE, EIO, ENOSPC …
function runtime.write(fd, text) end

return runtime
