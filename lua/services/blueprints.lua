-- Blueprints: a user's recipes of overlays, arguments and config lines.
local access = require "domain.access"
local errors = require "base.errors"
local rules = require "domain.blueprint"
local server_rules = require "domain.server"
local servercfg = require "domain.servercfg"
local unit = require "services.unit"
local validate = require "base.validate"
local version = require "domain.version"

local M = {}

M.errors = errors.registry("blueprint", {
  not_found = { status = 404, text = "No such blueprint." },
  name_taken = { status = 409, text = "You have a blueprint of this name already." },
  no_user = { status = 422, exit = 2, text = "A blueprint belongs to a user, and the console acts as none." },
  in_use = { status = 409, text = "A server follows this blueprint." },
  followed = {
    code = "blueprint.in_use", status = 409,
    text = "This blueprint is followed by {servers}. Delete or change that first.",
  },
})

-- What a preview shows of what is each server's own.
local NO_HOSTNAME, MASK = "…", ("•"):rep(8)

local Blueprints = {}
Blueprints.__index = Blueprints

local function changeable(self, actor, id)
  local found = self.ports.store.blueprints:get(id)
  if not found or not access.may_change(actor, found) then return nil, M.errors.not_found() end
  return found
end

-- The owner of a blueprint must be able to use its overlays, whoever puts them in.
local function usable(self, owner_id, overlays)
  local found = self.ports.store.overlays:owners(overlays)
  for i, entry in ipairs(overlays) do
    if not found[entry.id] or not access.may_see({ id = owner_id }, found[entry.id]) then
      return nil, errors.common.invalid { fields = { overlays = rules.problems.overlay { entry = i } } }
    end
  end
  return true
end

-- Servers with the unfinished job on each, if there is one.
local function at_work(servers, jobs)
  for _, server in ipairs(servers) do server.job = jobs[server.id] end
  return servers
end

--- The actor's blueprints; all for an admin.
-- @param options {limit=, after=}|nil
-- @return table list with next
function Blueprints:list(actor, options)
  return self.ports.store.blueprints:list(unit.page(actor, options))
end

--- Add to each of a list, as list gave it, its servers: the first few of those that follow it, and their total.
-- @param list table
-- @return table list
function Blueprints:with_servers(list)
  local ids = {}
  for i, one in ipairs(list) do ids[i] = one.id end
  local followers, jobs = self.ports.store.blueprints:followers(ids), self.ports.store.jobs:on_servers()
  for _, one in ipairs(list) do one.servers = at_work(followers[one.id], jobs) end
  return list
end

--- The blueprints a server can follow, by name: the actor's, or everyone's for an admin.
-- @param owner_id integer|nil only those of this user, when the server has an owner already
-- @return table list of {id, name, owner}
function Blueprints:choices(actor, owner_id)
  return self.ports.store.blueprints:names(not actor.admin and assert(actor.id) or owner_id)
end

-- The server.cfg of a blueprint's server: of the one that is wanted, else of the first.
local function server_cfg(recipe, servers, wanted)
  local chosen = servers[1]
  for _, server in ipairs(servers) do
    if server.id == wanted then chosen = server end
  end
  local hostname = chosen and server_rules.hostname(chosen) or NO_HOSTNAME
  return table.concat(servercfg.lines(recipe, { hostname = hostname, rcon_password = MASK }), "\n") .. "\n"
end

--- A blueprint.
-- @return table|nil {id, name, user_id, owner, overlays=list of {id, name, expose_server_cfg}, arguments=list,
--   config=list, servers=list of {id, name, hostname, owner, actual_state, last_error, job|nil, outdated} with total,
--   preview= as from preview, created_at, updated_at}
-- @return table|nil err
function Blueprints:get(actor, id)
  local found, err = changeable(self, actor, id)
  if not found then return nil, err end
  local servers = self.services.servers:mark_outdated(self.ports.store.blueprints:servers(id), found)
  found.servers = at_work(servers, self.ports.store.jobs:on_servers())
  found.preview = server_cfg(found, servers)
  return found
end

-- A blueprint as it would be with some of its values changed, when it may be so.
local function with(self, found, args)
  if args.overlays then
    local ok, err = usable(self, found.user_id, args.overlays)
    if not ok then return nil, err end
  end
  if args.name and self.ports.store.blueprints:has(found.user_id, args.name, found.id) then
    return nil, M.errors.name_taken { fields = { name = validate.problems.taken() } }
  end
  local changed = {}
  for name, value in pairs(found) do changed[name] = value end
  for _, name in ipairs { "name", "overlays", "arguments", "config" } do
    if args[name] ~= nil then changed[name] = args[name] end
  end
  return changed
end

--- Create a blueprint.
-- @param args {name=, overlays=list|nil, arguments=list|nil, config=list|nil}
-- @return table|nil blueprint
-- @return table|nil err name_taken, invalid
function Blueprints:create(actor, args)
  if not actor.id then return nil, M.errors.no_user() end
  return unit.act(self.ports, actor, function(act)
    local ok, err = usable(self, actor.id, args.overlays or {})
    if not ok then return nil, err end
    local id = self.ports.store.blueprints:create {
      name = args.name, user_id = actor.id, arguments = args.arguments or {}, config = args.config or {},
      at = act.now,
    }
    if not id then return nil, M.errors.name_taken { fields = { name = validate.problems.taken() } } end
    self.ports.store.blueprints:set_overlays(id, args.overlays or {})
    act:audit("blueprint.create", "blueprint:" .. id, args.name)
    return self:get(actor, id)
  end)
end

--- Change a blueprint; what is absent stays. Its servers follow at their next start.
-- @param args {name=, overlays=, arguments=, config=}, each may be absent
-- @param accepted table|nil versions that may be replaced, as of domain.version
-- @return table|nil blueprint
-- @return table|nil err name_taken, invalid, changed
function Blueprints:update(actor, id, args, accepted)
  return unit.act(self.ports, actor, function(act)
    local found, err = changeable(self, actor, id)
    if not found then return nil, err end
    local changed
    changed, err = with(self, found, args)
    if not changed then return nil, err end
    local overtaken = version.overtaken(self.ports.crypto, accepted, rules.content(found), rules.content(changed))
    if overtaken then return nil, version.errors.blueprint.changed() end
    if args.overlays then self.ports.store.blueprints:set_overlays(id, args.overlays) end
    assert(self.ports.store.blueprints:update(changed, act.now))
    act:audit("blueprint.update", "blueprint:" .. id)
    return self:get(actor, id)
  end)
end

--- Copy a blueprint, for the owner of the one that is copied.
-- @param word string|nil for "copy"
-- @return table|nil blueprint, named "… (copy)"
-- @return table|nil err
function Blueprints:duplicate(actor, id, word)
  return unit.act(self.ports, actor, function(act)
    local found, err = changeable(self, actor, id)
    if not found then return nil, err end
    local blueprints = self.ports.store.blueprints
    local function taken(name) return blueprints:has(found.user_id, name) end
    local name = rules.copy_name(found.name, taken, word)
    local copy = assert(blueprints:create { name = name, user_id = found.user_id, arguments = found.arguments,
      config = found.config, at = act.now })
    blueprints:set_overlays(copy, found.overlays)
    act:audit("blueprint.duplicate", "blueprint:" .. copy, "of blueprint:" .. id)
    return self:get(actor, copy)
  end)
end

--- Delete a blueprint that no server follows.
-- @return table|nil the blueprint that was
-- @return table|nil err in_use
function Blueprints:delete(actor, id)
  return unit.act(self.ports, actor, function(act)
    local found, err = changeable(self, actor, id)
    if not found then return nil, err end
    local names = {}
    for i, server in ipairs(self.ports.store.blueprints:servers(id)) do names[i] = server.name end
    if #names > 0 then
      return nil, M.errors.followed { params = { servers = names } }
    end
    self.ports.store.blueprints:remove(id)
    act:audit("blueprint.delete", "blueprint:" .. id, found.name)
    return found
  end)
end

--- The server.cfg that a server of a blueprint gets, with its hostname (or a mark, as long as there is no server) and
-- the RCON password masked. Nothing is saved.
-- @param draft table|nil {name=, overlays=, arguments=, config=} as in update, {server_id=} whose hostname is wanted
-- @return string|nil text
-- @return table|nil err as when saving the draft
function Blueprints:preview(actor, id, draft)
  local found, err = changeable(self, actor, id)
  if not found then return nil, err end
  local recipe
  recipe, err = with(self, found, draft or {})
  if not recipe then return nil, err end
  return server_cfg(recipe, self.ports.store.blueprints:servers(id), draft and draft.server_id)
end

--- @param ports table {db, store, clock, hub, crypto}
-- @param services table the other services
function M.new(ports, services)
  return setmetatable({ ports = ports, services = services }, Blueprints)
end

return M
