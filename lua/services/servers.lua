-- Servers: labels, ports, passwords, the blueprint they follow, and the work asked of them.
local access = require "domain.access"
local errors = require "base.errors"
local instance = require "domain.instance"
local rules = require "domain.server"
local server_spec = require "domain.server_spec"
local unit = require "services.unit"
local validate = require "base.validate"

local M = {}

local P = validate.problems
local WRITTEN_MS <const> = 60000

M.errors = errors.registry("server", {
  not_found = { status = 404, text = "No such server." },
  name_taken = { status = 409, text = "You have a server of this name already." },
  port_taken = { status = 409, text = "Another server has this port." },
  no_port = { status = 409, text = "All ports of the range are taken. Delete a server, or ask for a larger range." },
  deleting = { status = 409, text = "This server is being deleted." },
})

local Servers = {}
Servers.__index = Servers

local TAKEN = {
  name = function() return M.errors.name_taken { fields = { name = P.taken() } } end,
  port = function() return M.errors.port_taken { fields = { port = P.taken() } } end,
}

local function changeable(self, actor, id)
  local server = self.ports.store.servers:get(id)
  if not server or not access.may_change(actor, server) then return nil, M.errors.not_found() end
  return server
end

local NOTHING <const> = { bytes = 0, files = 0 }

-- What is in the upper layer of a server's file system; what cannot be read whole is not told.
local function usage_of(fs, name)
  local usage, _, code = fs:usage(instance.paths(name).upper)
  if code == "ENOENT" then return NOTHING end
  return usage and usage.unreadable == 0 and usage or nil
end

-- What an actor gets to see: the RCON password is its owner's alone.
local function shown(self, actor, server)
  if server.user_id ~= actor.id then server.rcon_password = nil end
  local now = self.ports.clock.now()
  server.live, server.stale = rules.live(server, now), rules.is_stale(server, now)
  return server
end

--- What a server has written itself. A walk through its files, so it is believed for a while.
-- @return table|nil {bytes=, files=}; nil when nobody can tell
function Servers:written(id)
  local known, now = self.sizes[id], self.ports.clock.now()
  if not known or now - known.at > WRITTEN_MS then
    known = { at = now, usage = usage_of(self.ports.fs, rules.host_name(id)) }
    self.sizes[id] = known
  end
  return known.usage
end

-- The blueprint a server is to follow: one the actor may change and, once there is an owner, the owner's.
local function own_blueprint(self, actor, id, owner_id)
  local found = self.ports.store.blueprints:get(id)
  if found and access.may_change(actor, found) and (owner_id or found.user_id) == found.user_id then
    return found
  end
  return nil, errors.common.invalid { fields = { blueprint_id = rules.problems.blueprint() } }
end

--- The actor's servers; all for an admin.
-- @param options {limit=, after=, running=, broken=, text=}|nil see store.servers
-- @return table list with next; each with job = the unfinished job on it, if there is one, and live as of get
function Servers:list(actor, options)
  local wanted = unit.page(actor, options)
  for _, name in ipairs { "running", "broken", "text" } do wanted[name] = options and options[name] end
  local list = self.ports.store.servers:list(wanted)
  local jobs = #list > 0 and self.ports.store.jobs:on_servers()
  for _, server in ipairs(list) do shown(self, actor, server).job = jobs[server.id] end
  return list
end

--- A server.
-- @return table|nil row of store.servers; rcon_password only for the owner; live = what its game said of itself in the
--   last half minute, with names = who plays
-- @return table|nil err
function Servers:get(actor, id)
  local server, err = changeable(self, actor, id)
  if not server then return nil, err end
  shown(self, actor, server)
  if server.live then server.live.names = self.ports.store.live:players(id) end
  return server
end

local function next_port(self)
  local config = self.ports.config
  local taken = self.ports.store.servers:ports(config.port_first, config.port_last)
  local port = rules.free_port(taken, config.port_first, config.port_last)
  if not port then return nil, M.errors.no_port() end
  return port
end

local function new_password(self)
  return rules.rcon_password(self.ports.crypto.base64url(self.ports.crypto.random(24)))
end

--- Create a server; it belongs to the owner of its blueprint.
-- @param args {name=, blueprint_id=, port=|nil (the lowest free one), hostname=|nil (the name)}
-- @return table|nil server
-- @return table|nil err name_taken, port_taken, no_port, invalid
function Servers:create(actor, args)
  return unit.act(self.ports, actor, function(act)
    local found, err = own_blueprint(self, actor, args.blueprint_id)
    if not found then return nil, err end
    local port = args.port
    if not port then
      port, err = next_port(self)
      if not port then return nil, err end
    end
    local id, taken = self.ports.store.servers:create {
      user_id = found.user_id, blueprint_id = found.id, name = args.name, port = port,
      hostname = args.hostname or "", rcon_password = new_password(self), at = act.now,
    }
    if not id then return nil, TAKEN[taken]() end
    act:audit("server.create", "server:" .. id, ("%s, port %d"):format(args.name, port))
    return shown(self, actor, self.ports.store.servers:get(id))
  end)
end

--- Change a server; what is absent stays. A running one follows at its next start.
-- @param args {name=, blueprint_id=, port=, hostname=}, each may be absent
-- @return table|nil server
-- @return table|nil err
function Servers:update(actor, id, args)
  return unit.act(self.ports, actor, function(act)
    local server, err = changeable(self, actor, id)
    if not server then return nil, err end
    if args.blueprint_id then
      local found
      found, err = own_blueprint(self, actor, args.blueprint_id, server.user_id)
      if not found then return nil, err end
    end
    for _, name in ipairs { "name", "blueprint_id", "port", "hostname" } do
      if args[name] ~= nil then server[name] = args[name] end
    end
    local changed, taken = self.ports.store.servers:update(server, act.now)
    if not changed then return nil, TAKEN[taken]() end
    act:audit("server.update", "server:" .. id)
    return shown(self, actor, self.ports.store.servers:get(id))
  end)
end

-- Enqueue within an action.
local function enqueue(self, actor, id, operation, act)
  local server, err = changeable(self, actor, id)
  if not server then return nil, err end
  if self.ports.store.servers:deletion(id) then return nil, M.errors.deleting() end
  local job
  job, err = self.services.jobs:enqueue(actor, { operation = operation, server_id = server.id })
  if not job then return nil, err end
  act:ring("servers")
  act:ring_job(job)
  return job
end

--- Enqueue an operation.
-- @param operation string "initialize", "start", "stop", "reset" or "delete"
-- @return table|nil job
-- @return table|nil err not_found, deleting
function Servers:enqueue(actor, id, operation)
  return unit.act(self.ports, actor, function(act) return enqueue(self, actor, id, operation, act) end)
end

--- Enqueue a stop and, behind it, a start: a running server follows what was changed.
-- @return table|nil job the start
-- @return table|nil err not_found, deleting
function Servers:restart(actor, id)
  return unit.act(self.ports, actor, function(act)
    local stop, err = enqueue(self, actor, id, "stop", act)
    if not stop then return nil, err end
    return enqueue(self, actor, id, "start", act)
  end)
end

-- Not even an admin reads or changes the password of someone else's server.
local function own(self, actor, id)
  local server, err = changeable(self, actor, id)
  if not server then return nil, err end
  if server.user_id ~= actor.id then return nil, errors.common.forbidden() end
  return server
end

--- The RCON password, for the owner of the server alone.
-- @return string|nil
-- @return table|nil err not_found, forbidden
function Servers:rcon_password(actor, id)
  local server, err = own(self, actor, id)
  return server and server.rcon_password, err
end

--- Give a server another RCON password. A running one follows at its next start.
-- @return table|nil server
-- @return table|nil err not_found, forbidden
function Servers:rotate_rcon_password(actor, id)
  return unit.act(self.ports, actor, function(act)
    local server, err = own(self, actor, id)
    if not server then return nil, err end
    self.ports.store.servers:set_rcon_password(id, new_password(self), act.now)
    act:audit("server.rotate_rcon_password", "server:" .. id)
    return shown(self, actor, self.ports.store.servers:get(id))
  end)
end

--- Enqueue the removal of a server from the host; its row goes when that has succeeded.
-- @return table|nil job
-- @return table|nil err
function Servers:delete(actor, id)
  return self:enqueue(actor, id, "delete")
end

local function digest(self, text)
  return self.ports.crypto.hex(self.ports.crypto.sha256(text))
end

--- The spec.yaml of a server as its blueprint is now; its overlays are noted as in use.
-- @param actor table|nil nil is the service itself
-- @return string|nil text
-- @return table|nil err
function Servers:spec(actor, id)
  return unit.act(self.ports, actor or { door = "service" }, function()
    local server, err = changeable(self, actor or { admin = true }, id)
    if not server then return nil, err end
    local store = self.ports.store
    local found = store.blueprints:get(server.blueprint_id)
    store.servers:note_layers(id, found.overlays)
    local text = server_spec.render(server, found)
    store.servers:set_spec_digest(id, digest(self, text))
    return text
  end)
end

local function outdated(self, server, recipe)
  return server.actual_state == "running" and server.spec_digest ~= ""
    and digest(self, server_spec.render(server, recipe)) ~= server.spec_digest
end

--- Whether a server runs with other settings than those it would be started with now.
-- @param server table as of get, without its password too
-- @return boolean
function Servers:is_outdated(server)
  if server.actual_state ~= "running" then return false end
  local store = self.ports.store
  return outdated(self, store.servers:get(server.id), store.blueprints:get(server.blueprint_id))
end

--- Mark those of a blueprint's servers that are outdated so; all of them lose their secrets.
-- @param list table of rows as from store.blueprints:servers
-- @param recipe table the blueprint
-- @return table list
function Servers:mark_outdated(list, recipe)
  for _, server in ipairs(list) do
    server.outdated = outdated(self, server, recipe)
    server.rcon_password, server.spec_digest = nil, nil
  end
  return list
end

--- Where a server's console output is, of its current or last run.
-- @return table|nil stream description for host.serve (kind "log" or "journal")
-- @return table|nil err
function Servers:log_stream(actor, id)
  local server, err = changeable(self, actor, id)
  if not server then return nil, err end
  local name = rules.host_name(server.id)
  local topic, revoke = "server:" .. name, access.endings(actor)
  local log = self.ports.backend:log(name)
  if log and log.kind == "journal" then
    return {
      kind = "journal", follow = true, topic = topic, revoke = revoke, unit = log.unit, invocation = log.invocation,
      after = log.after, boot = log.boot,
    }
  end
  return {
    kind = "log", format = "plain", from = 0, topic = topic, revoke = revoke,
    path = log and log.path or self.ports.config.root .. "/logs/servers/" .. name .. "/none",
  }
end

--- @param ports table {db, store, clock, hub, config, crypto, backend, fs}
-- @param services table the other services
function M.new(ports, services)
  return setmetatable({ ports = ports, services = services, sizes = {} }, Servers)
end

return M
