-- Removes an instance's runtime directory with all that is root's in it.
local instance = require "domain.instance"
local mount = require "host.mount"

local M = {}

--- Remove runtime/<name>; nothing there is a success, something mounted in it is not. May block.
-- @param state host.fs root of the state directory
-- @param name string a valid name
-- @return true|nil, message
function M.purge(state, name)
  local paths = instance.paths(name)
  if mount.mounted(paths.merged, { root = state }) then
    return nil, ("the overlay of %s is mounted: stop the server first"):format(name)
  end
  return state:remove_tree(paths.runtime)
end

return M
