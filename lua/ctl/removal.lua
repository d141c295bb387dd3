-- What reset and delete share: stop, tolerating a failure, then remove the instance's directories.
local instance = require "domain.instance"

local M = {}

local DENIED = { EACCES = true, EPERM = true }

-- What a mount that ended in a crash left belongs to root: the backend may have a way.
local function remove(dir, backend, name, path)
  local ok, err, code = dir:remove_tree(path)
  if ok or not (DENIED[code] and backend.purge) then return ok, err end
  ok, err = backend:purge(name)
  if not ok then return nil, err end
  return dir:remove_tree(path)
end

--- Stop a server and remove what initialize and its runs made.
-- @param ctx table of boot.ctl
-- @param name string
-- @param forget boolean also remove its logs and its status
-- @return integer|nil exit code; string message
function M.run(ctx, name, forget)
  local backend, err = ctx.backend()
  if not backend then return nil, err end
  ctx.step("stop the server")
  local ok
  ok, err = backend:stop(name)
  if not ok then ctx.err("cannot stop the server, going on: " .. err) end
  ctx.step("remove its files")
  local dir
  dir, err = ctx.open()
  if not dir then return nil, err end
  local paths = instance.paths(name)
  for _, path in ipairs { paths.runtime, paths.instance } do
    ok, err = remove(dir, backend, name, path)
    if not ok then return nil, err end
  end
  if forget then
    ok, err = backend:forget(name)
    if not ok then return nil, err end
  end
  return 0
end

return M
