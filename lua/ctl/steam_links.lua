-- Finds steamcmd and makes ~/.steam/sdk32 and sdk64 point at its libraries, which the game loads.
local fs = require "host.fs"
local steamcmd = require "domain.steamcmd"

local M = {}

local HOW = "set it to the absolute path of steamcmd.sh, such as /opt/steamcmd/steamcmd.sh"

--- Check LEFT4ME_STEAMCMD.
-- @param path string
-- @return string|nil the path; string what is wrong and what to do
function M.program(path)
  local folder, name = path:match("^(/.*)/([^/]+)$")
  if not folder then
    return nil, ("LEFT4ME_STEAMCMD=%s is not an absolute path: %s"):format(path, HOW)
  end
  local dir <close> = fs.root(folder)
  local stat = dir and dir:stat(name)
  if not stat then return nil, ("there is no steamcmd at LEFT4ME_STEAMCMD=%s"):format(path) end
  if stat.type == "symlink" then
    return nil, ("LEFT4ME_STEAMCMD=%s is a symbolic link to %s: steamcmd looks for its files beside the "
      .. "path it is called by, so give the path of the file itself"):format(path, dir:readlink(name))
  end
  return path
end

local function repair_one(home, link, target, warn)
  local path = ".steam/" .. link
  local stat = home:stat(path)
  if stat and stat.type ~= "symlink" then
    warn(("~/%s is not a link of ours and stays; the game needs the libraries of %s there")
      :format(path, target))
    return true
  end
  if stat and home:readlink(path) == target then return true end
  if stat then
    local ok, err = home:remove(path)
    if not ok then return nil, err end
  end
  return home:symlink(target, path)
end

--- Make the links right.
-- @param program string absolute path of steamcmd
-- @param home_path string|nil the home directory of who runs the games
-- @param warn function(text)
-- @return true|nil, message
function M.repair(program, home_path, warn)
  if not home_path or home_path:sub(1, 1) ~= "/" then
    return nil, "HOME is not set: the game finds Steam's client libraries below it"
  end
  local home <close>, err = fs.root(home_path)
  if not home then return nil, err end
  local ok
  ok, err = home:mkdirs(".steam", 493) -- 0755
  if not ok then return nil, err end
  for link, libraries in pairs(steamcmd.links) do
    ok, err = repair_one(home, link, program:match("^(.*)/") .. "/" .. libraries, warn)
    if not ok then return nil, err end
  end
  return true
end

return M
