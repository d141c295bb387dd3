-- What a build's sandbox is shown of the host: its overlay, whose files belong to the sandbox's user in there, and its
-- script. Both are in a place that is root's alone; root's part comes first, who reads the database is root no more.
local as_owner = require "priv.as_owner"
local mount = require "host.mount"
local sandbox = require "domain.sandbox"
local unmount = require "priv.unmount"

local M = {}

--- The largest script, in bytes.
M.max_script = 1 << 20

local OVERLAY, PRIVATE, READABLE <const> = 493, 448, 420 -- 0755, 0700, 0644

local function bind(state, staging, id, ids)
  return mount.apply { {
    op = "bind", from_root = state, from = ("overlays/%d"):format(id), root = staging, to = ("%d/overlay"):format(id),
    idmap = { uid_from = ids.owner.uid, uid_to = ids.sandbox.uid, gid_from = ids.owner.gid, gid_to = ids.sandbox.gid },
  } }
end

local function open_script(staging, id)
  local path = ("%d/script.sh"):format(id)
  local file, err = staging:append(path, READABLE)
  if not file then return nil, err end
  local ok
  ok, err = staging:chmod(path, READABLE)
  if ok then return file end
  file:close()
  return nil, err
end

--- Root's part: the overlay, idmapped, and an empty script. What an earlier stage left goes first. May block.
-- @param state host.fs root of the state directory
-- @param staging host.fs root of priv.place
-- @param id integer the overlay's
-- @param ids table {owner={uid=, gid=} on disk, sandbox={uid=, gid=} in the sandbox}
-- @return host.fs.file|nil the script, to be written; string message
function M.stage(state, staging, id, ids)
  local ok, err = M.unstage(staging, id)
  if ok then ok, err = as_owner.call(ids.owner, state.mkdirs, state, ("overlays/%d"):format(id), OVERLAY) end
  if ok then ok, err = staging:mkdirs(("%d/overlay"):format(id), PRIVATE) end
  if ok then ok, err = bind(state, staging, id, ids) end
  if not ok then return nil, err end
  return open_script(staging, id)
end

--- What the sandbox is to run: the wipe's script while a wipe holds the overlay's lock, or else the overlay's own.
-- @param state host.fs root of the state directory
-- @param id integer the overlay's
-- @param own function(id) → string|nil, message
-- @return string|nil, message
function M.script(state, id, own)
  local holder, why = state:holder(("run/builds/%d.lock"):format(id))
  if holder == "wipe" then return sandbox.WIPE .. "\n" end
  if not holder and why ~= "free" then return nil, why end
  local script, err = own(id)
  if not script then return nil, err end
  if type(script) ~= "string" then return nil, ("the script of overlay %d is no text"):format(id) end
  if #script > M.max_script then
    return nil, ("the script of overlay %d is larger than %d bytes"):format(id, M.max_script)
  end
  return script
end

--- Take away what was staged; nothing staged is a success. May block for a second.
-- @param staging host.fs root of priv.place
-- @param id integer the overlay's
-- @return true|nil, message
function M.unstage(staging, id)
  local ok, err = unmount.run(staging, ("%d/overlay"):format(id))
  if not ok then return nil, err end
  return staging:remove_tree(("%d"):format(id))
end

return M
