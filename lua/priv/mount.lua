-- Mounts an instance's overlay where every unit sees it, makes its game's view, and takes both away again. All that is
-- in the state directory is left4me's to change at any moment, so all of it is suspect.
local as_owner = require "priv.as_owner"
local instance = require "domain.instance"
local mount = require "host.mount"
local overlay = require "domain.overlay"
local unmount = require "priv.unmount"
local view = require "priv.view"

local M = {}

local MAX_ENV <const> = 1 << 20
local DIRECTORY <const> = 493 -- 0755

-- → table of domain.instance.parse_env | nil, message
local function read(state, name)
  local path = instance.paths(name).env
  local text, err = state:read(path, MAX_ENV)
  if not text then return nil, err end
  local parsed
  parsed, err = instance.parse_env(text)
  if not parsed then return nil, ("%s: %s"):format(path, err) end
  return parsed
end

local function make_places(state, name)
  local paths = instance.paths(name)
  for _, path in ipairs { paths.upper, paths.work, paths.merged } do
    local ok, err, code = state:mkdirs(path, DIRECTORY)
    if not ok then return nil, err, code end
  end
  return true
end

local function prepare(state, name)
  local parsed, err = read(state, name)
  if not parsed then return nil, err end
  local ok
  ok, err = make_places(state, name)
  if not ok then return nil, err end
  return parsed
end

local function overlay_mounted(state, name, parsed)
  if mount.mounted(instance.paths(name).merged, { root = state }) then return true end
  local operation, err = overlay.operation_beneath(state, name, parsed)
  if not operation then return nil, err end
  return mount.apply { operation }
end

--- Mount an instance's overlay and make its game's view; one that is mounted stays as it is. May block.
-- @param state host.fs root of the state directory
-- @param name string a valid name
-- @param owner table {uid=, gid=} whom the state directory belongs to
-- @return true|nil, message
function M.mount(state, name, owner)
  if mount.mounted(instance.paths(name).merged, { root = state }) and view.shown(name) then return true end
  local parsed, err = as_owner.call(owner, prepare, state, name)
  if not parsed then return nil, err end
  local ok
  ok, err = overlay_mounted(state, name, parsed)
  if not ok then return nil, err end
  return view.show(state, name, parsed, owner)
end

--- Take an instance's overlay away, with what the kernel leaves behind in the work directory as root's. May block.
-- @param state host.fs root of the state directory
-- @param name string a valid name
-- @return true|nil, message
function M.umount(state, name)
  local paths = instance.paths(name)
  local ok, err = view.hide(name)
  if ok then ok, err = unmount.run(state, paths.merged) end
  if not ok then return nil, err end
  return state:remove_tree(paths.work .. "/work")
end

return M
