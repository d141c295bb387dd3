-- Where root puts what units bind into their views: directories below /run that nobody else can change.
local fs = require "host.fs"

local M = {}

local PRIVATE <const> = 448 -- 0700

-- Whoever else could write to a directory on the way could put another one in its place.
local function is_ours(root, path)
  local stat, err = root:stat(path)
  if not stat then return nil, err end
  if stat.uid == 0 and stat.mode & 18 == 0 then return true end -- 022
  return nil, ("%s/%s is not root's alone"):format(root:path(), path)
end

--- Open such a directory, and make it where it is missing.
-- @param above string absolute path of a directory that is root's alone
-- @param path string of the directory, relative to it
-- @return host.fs root|nil, message
function M.open(above, path)
  local root <close>, err = fs.root(above)
  if not root then return nil, err end
  local way = nil
  for name in path:gmatch("[^/]+") do
    way = way and way .. "/" .. name or name
    local ok
    ok, err = root:mkdirs(way, PRIVATE)
    if ok then ok, err = is_ours(root, way) end
    if not ok then return nil, err end
  end
  return root:sub(path)
end

return M
