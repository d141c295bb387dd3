-- Servers: labels, ports, passwords, the blueprint they follow, and the work asked of them.
local access = require "domain.access"
local blueprint = require "domain.blueprint"
local errors = require "base.errors"
local rules = require "domain.server"
local servercfg = require "domain.servercfg"
local spec = require "domain.spec"
local unit = require "services.unit"
local validate = require "base.validate"

local M = {}

local P = validate.problems

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

-- What an actor gets to see: the RCON password is its owner's alone.
local function shown(actor, server)
  if server.user_id ~= actor.id then server.rcon_password = nil end
  return server
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
-- @param options {limit=, after=}|nil
-- @return table list with next; each with job = the unfinished job on it, if there is one
function Servers:list(actor, options)
  local list, jobs = self.ports.store.servers:list(unit.page(actor, options)), self.ports.store.jobs:on_servers()
  for _, server in ipairs(list) do shown(actor, server).job = jobs[server.id] end
  return list
end

--- A server.
-- @return table|nil row of store.servers; rcon_password only for the owner
-- @return table|nil err
function Servers:get(actor, id)
  local server, err = changeable(self, actor, id)
  if not server then return nil, err end
  return shown(actor, server)
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
    return shown(actor, self.ports.store.servers:get(id))
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
    return shown(actor, self.ports.store.servers:get(id))
  end)
end

--- Enqueue an operation.
-- @param operation string "initialize", "start", "stop", "reset" or "delete"
-- @return table|nil job
-- @return table|nil err not_found, deleting
function Servers:enqueue(actor, id, operation)
  return unit.act(self.ports, actor, function(act)
    local server, err = changeable(self, actor, id)
    if not server then return nil, err end
    if self.ports.store.servers:deletion(id) then return nil, M.errors.deleting() end
    local job
    job, err = self.services.jobs:enqueue(actor, { operation = operation, server_id = server.id })
    if not job then return nil, err end
    act:ring("servers")
    act:ring_job(job)
    return job
  end)
end

--- Enqueue the removal of a server from the host; its row goes when that has succeeded.
-- @return table|nil job
-- @return table|nil err
function Servers:delete(actor, id)
  return self:enqueue(actor, id, "delete")
end

local function spec_overlay(overlay)
  return {
    path = ("%d"):format(overlay.id), alias = overlay.expose_server_cfg and blueprint.alias(overlay.id) or nil,
  }
end

--- The spec.yaml of a server as its blueprint is now; its overlays are noted as in use.
-- @param actor table|nil nil is the service itself
-- @return string|nil text
-- @return table|nil err
function Servers:spec(actor, id)
  return unit.act(self.ports, actor or { door = "service" }, function()
    local server, err = changeable(self, actor or { admin = true }, id)
    if not server then return nil, err end
    local found = self.ports.store.blueprints:get(server.blueprint_id)
    self.ports.store.servers:note_layers(id, found.overlays)
    local overlays = {}
    for i, overlay in ipairs(found.overlays) do overlays[i] = spec_overlay(overlay) end
    return spec.render {
      port = server.port, overlays = overlays, arguments = blueprint.words(found.arguments),
      config = servercfg.lines(found, { hostname = rules.hostname(server), rcon_password = server.rcon_password }),
    }
  end)
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

--- @param ports table {db, store, clock, hub, config, crypto, backend}
-- @param services table the other services
function M.new(ports, services)
  return setmetatable({ ports = ports, services = services }, Servers)
end

return M
