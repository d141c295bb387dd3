-- Opens the state directory, making it where a command may begin there.
local fs = require "host.fs"

local M = {}

local MODE = 488 -- 0750

--- Open an existing state directory.
-- @param path string absolute
-- @return host.fs root|nil, message
function M.open(path)
  local dir, err, code = fs.root(path)
  if dir then return dir end
  if code == "ENOENT" then
    return nil, ("there is no state directory %s yet: `l4d2ctl install` or `initialize` makes it")
      :format(path)
  end
  return nil, err
end

--- Open the state directory, making it when it is missing.
-- @param path string absolute
-- @return host.fs root|nil, message
function M.make(path)
  local top <close> = assert(fs.root("/"))
  local ok, err = top:mkdirs(path:sub(2), MODE)
  if not ok then return nil, err end
  return M.open(path)
end

return M
