-- What a game's unit takes of the state directory, where left4me cannot change it any more: systemd, which is root,
-- would follow every link of left4me's in there, and wait for ever for a pipe in the place of a file.
local instance = require "domain.instance"
local mount = require "host.mount"
local place = require "priv.place"
local unmount = require "priv.unmount"

local M = {}

local RUN <const>, VIEWS <const> = "/run", "left4me/servers"
local READABLE, SECRET <const> = 493, 384 -- 0755, 0600
local MERGED <const>, ENV <const> = "/merged", "/env"

-- What is bound besides the merged directory, when it is there → its place in the state directory.
local SHARED = { ["/workshop_cache"] = "workshop_cache", ["/steam"] = "steam", ["/sdk32"] = ".steam/sdk32",
  ["/sdk64"] = ".steam/sdk64" }

local function open()
  return place.open(RUN, VIEWS)
end

local function bind(views, operation)
  local ok, err = views:mkdirs(operation.to, READABLE)
  if not ok then return nil, err end
  operation.op, operation.root = "bind", views
  return mount.apply { operation }
end

local function bind_all(views, state, name, owner)
  local ok, err = bind(views, { from_root = state, from = instance.paths(name).merged, to = name .. MERGED })
  if not ok then return nil, err end
  for where, path in pairs(SHARED) do
    ok, err = bind(views, { as = owner, from = state:path() .. "/" .. path, to = name .. where, ro = true,
      optional = true })
    if not ok then return nil, err end
  end
  return true
end

local function hide(views, name)
  local ok, err = unmount.run(views, name .. MERGED)
  for where in pairs(SHARED) do
    if ok then ok, err = unmount.run(views, name .. where) end
  end
  if not ok then return nil, err end
  return views:remove_tree(name)
end

--- Whether a view is complete.
-- @param name string a valid name
-- @return boolean
function M.shown(name)
  local views <close> = open()
  return views ~= nil and views:stat(name .. ENV) ~= nil
end

--- Make a game's view. What an earlier one left goes first. May block.
-- @param state host.fs root of the state directory
-- @param name string a valid name
-- @param parsed table of domain.instance.parse_env
-- @param owner table {uid=, gid=} whom the state directory belongs to
-- @return true|nil, message
function M.show(state, name, parsed, owner)
  local views <close>, err = open()
  if not views then return nil, err end
  local ok
  ok, err = hide(views, name)
  if ok then ok, err = bind_all(views, state, name, owner) end
  if not ok then return nil, err end
  return views:write(name .. ENV, instance.render_env(parsed), SECRET, { sync = false })
end

--- Take a view away; none is a success. May block for seconds.
-- @param name string a valid name
-- @return true|nil, message
function M.hide(name)
  local views <close>, err = open()
  if not views then return nil, err end
  return hide(views, name)
end

return M
