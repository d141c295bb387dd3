-- What only root may do, one verb a unit: `left4me mount|umount|purge NAME`, `left4me stage|unstage ID`.
local cli = require "base.cli"
local fs = require "host.fs"
local identity = require "boot.identity"
local instance = require "domain.instance"
local runtime = require "host.runtime"
local units = require "domain.units"

local M = {}

-- Fixed: who may start the units has no say in where they work. The build's unit names the second place, too.
local STATE <const> = units.ROOT
local RUN <const>, STAGING <const> = "/run", "left4me/builds"
local OWNER <const>, SANDBOX <const> = identity.OWNER, "l4d2-sandbox"

local function complain(text)
  return runtime.write(2, text)
end

local function user(name)
  local uid, gid = runtime.user(name)
  if not uid then return nil, ("there is no user %s on this host"):format(name) end
  return { uid = uid, gid = gid }
end

local function database()
  local path = runtime.getenv "LEFT4ME_DB"
  return path and path:sub(1, 1) == "/" and path or STATE .. "/left4me.db"
end

local function as_root(work)
  return function(values)
    local _, uid = runtime.ids()
    if uid ~= 0 then return nil, "this is for root: systemd runs it as a unit" end
    local state <close>, err = fs.root(STATE)
    if not state then return nil, err end
    local ok
    ok, err = work(state, values)
    if not ok then return nil, err end
    return 0
  end
end

local function on_instance(work)
  local run = as_root(function(state, values) return work(state, values.name) end)
  return function(values)
    if instance.valid_name(values.name) then return run(values) end
    complain "left4me: a server's name is 1 to 64 of a-z, 0-9, - and _, and begins with a letter or a digit\n"
    return 2
  end
end

local function on_overlay(work)
  local run = as_root(function(state, values) return work(state, math.tointeger(tonumber(values.id))) end)
  return function(values)
    if values.id:find("^[1-9]%d*$") and #values.id <= 18 then return run(values) end
    complain "left4me: an overlay's id is a whole number from 1\n"
    return 2
  end
end

local run = {}

run.mount = on_instance(function(state, name)
  local owner, err = user(OWNER)
  if not owner then return nil, err end
  return require("priv.mount").mount(state, name, owner)
end)

run.umount = on_instance(function(state, name) return require("priv.mount").umount(state, name) end)

run.purge = on_instance(function(state, name) return require("priv.purge").purge(state, name) end)

-- Root's part. → the open script | nil, message
local function stage_as_root(state, id)
  local place, stage = require "priv.place", require "priv.stage"
  local owner, err = user(OWNER)
  if not owner then return nil, err end
  local sandbox
  sandbox, err = user(SANDBOX)
  if not sandbox then return nil, err end
  local staging <close>, problem = place.open(RUN, STAGING)
  if not staging then return nil, problem end
  return stage.stage(state, staging, id, { owner = owner, sandbox = sandbox })
end

run.stage = on_overlay(function(state, id)
  local file <close>, err = stage_as_root(state, id)
  if not file then return nil, err end
  local ok
  ok, err = runtime.become(OWNER)
  if not ok then return nil, err end
  local script
  script, err = require("priv.stage").script(state, id, function()
    return require("boot.overlay_script").read(database(), id)
  end)
  if not script then return nil, err end
  return file:write(script)
end)

run.unstage = on_overlay(function(_, id)
  local staging <close>, err = require("priv.place").open(RUN, STAGING)
  if not staging then return nil, err end
  return require("priv.stage").unstage(staging, id)
end)

local NAME = { { name = "NAME", help = "The server" } }
local ID = { { name = "ID", help = "The overlay" } }

--- The verbs, as commands of base.cli.
M.commands = {
  { name = "mount", summary = "Mount a server's overlay (root; a unit does)", args = NAME, run = run.mount },
  { name = "umount", summary = "Take a server's overlay away (root; a unit does)", args = NAME, run = run.umount },
  { name = "purge", summary = "Remove a server's runtime directory (root; a unit does)", args = NAME, run = run.purge },
  { name = "stage", summary = "Show an overlay to its sandbox (root; a unit does)", args = ID, run = run.stage },
  { name = "unstage", summary = "End what stage began (root; a unit does)", args = ID, run = run.unstage },
}

--- Run a verb.
-- @param ... string the verb and its argument
-- @return integer exit code: 0, 1 with one line on stderr, 2 for wrong usage
function M.run(...)
  return cli.run({ name = "left4me", summary = "What only root may do.", commands = M.commands }, { ... },
    function(text) runtime.write(1, text) end, complain)
end

return M
