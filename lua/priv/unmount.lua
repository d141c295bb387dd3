-- Takes a mount away: plainly, when it is busy after a little patience, and at last out of the tree only.
local loop = require "host.loop"
local mount = require "host.mount"

local M = {}

local TRIES, PAUSE_MS = 20, 50

--- Unmount; nothing mounted there is a success. May block for a second.
-- @param root host.fs root
-- @param path string beneath it
-- @return true|nil, message, code
function M.run(root, path)
  local pause <close> = loop.new()
  for _ = 1, TRIES do
    local ok, err, code = mount.umount(path, { root = root })
    if ok or code ~= "EBUSY" then return ok, err, code end
    pause:wait(PAUSE_MS)
  end
  return mount.umount(path, { root = root, detach = true })
end

return M
