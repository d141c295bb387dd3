-- Blueprints: a user's recipes of overlays, arguments and config lines.
local access = require "domain.access"
local blueprint = require "domain.blueprint"
local errors = require "base.errors"
local servercfg = require "domain.servercfg"
local text = require "base.text"
local unit = require "services.unit"

local M = {}

M.errors = errors.registry("blueprint", {
  not_found = { status = 404, text = "No such blueprint." },
  name_taken = { status = 409, text = "You have a blueprint of this name already." },
  no_user = { status = 422, exit = 2, text = "A blueprint belongs to a user, and the console acts as none." },
  in_use = { status = 409, text = "A server follows this blueprint." },
})

local Blueprints = {}
Blueprints.__index = Blueprints

local function changeable(self, actor, id)
  local found = self.ports.store.blueprints:get(id)
  if not found or not access.may_change(actor, found) then return nil, M.errors.not_found() end
  return found
end

-- The owner of a blueprint must be able to use its overlays, whoever puts them in.
local function usable(self, owner_id, overlays)
  for i, entry in ipairs(overlays) do
    local overlay = self.ports.store.overlays:get(entry.id)
    if not overlay or not access.may_see({ id = owner_id }, overlay) then
      return nil, errors.common.invalid {
        fields = { overlays = ("entry %d is no overlay you can use"):format(i) },
      }
    end
  end
  return true
end

--- The actor's blueprints; all for an admin.
-- @param options {limit=, after=}|nil
-- @return table list with next
function Blueprints:list(actor, options)
  return self.ports.store.blueprints:list(unit.page(actor, options))
end

--- The blueprints a server can follow, by name: the actor's, or everyone's for an admin.
-- @param owner_id integer|nil only those of this user, when the server has an owner already
-- @return table list of {id, name, owner}
function Blueprints:choices(actor, owner_id)
  return self.ports.store.blueprints:names(not actor.admin and assert(actor.id) or owner_id)
end

--- A blueprint.
-- @return table|nil {id, name, user_id, owner, overlays=list of {id, name, expose_server_cfg}, arguments=list,
--   config=list, servers=list of {id, name, actual_state}, created_at, updated_at}
-- @return table|nil err
function Blueprints:get(actor, id)
  local found, err = changeable(self, actor, id)
  if not found then return nil, err end
  found.servers = self.ports.store.blueprints:servers(id)
  return found
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
    if not id then return nil, M.errors.name_taken { fields = { name = "is taken" } } end
    self.ports.store.blueprints:set_overlays(id, args.overlays or {})
    act:audit("blueprint.create", "blueprint:" .. id, args.name)
    return self:get(actor, id)
  end)
end

--- Change a blueprint; what is absent stays. Its servers follow at their next start.
-- @param args {name=, overlays=, arguments=, config=}, each may be absent
-- @return table|nil blueprint
-- @return table|nil err
function Blueprints:update(actor, id, args)
  return unit.act(self.ports, actor, function(act)
    local found, err = changeable(self, actor, id)
    if not found then return nil, err end
    if args.overlays then
      local ok
      ok, err = usable(self, found.user_id, args.overlays)
      if not ok then return nil, err end
      self.ports.store.blueprints:set_overlays(id, args.overlays)
    end
    for _, name in ipairs { "name", "arguments", "config" } do
      if args[name] ~= nil then found[name] = args[name] end
    end
    if not self.ports.store.blueprints:update(found, act.now) then
      return nil, M.errors.name_taken { fields = { name = "is taken" } }
    end
    act:audit("blueprint.update", "blueprint:" .. id)
    return self:get(actor, id)
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
      return nil, M.errors.in_use {
        text = ("This blueprint is followed by %s. Delete or change that first."):format(text.listed(names)),
      }
    end
    self.ports.store.blueprints:remove(id)
    act:audit("blueprint.delete", "blueprint:" .. id, found.name)
    return found
  end)
end

--- The server.cfg that servers of a blueprint get, with placeholders for what is a server's own.
-- @return string|nil text
-- @return table|nil err
function Blueprints:preview(actor, id)
  local found, err = changeable(self, actor, id)
  if not found then return nil, err end
  local lines = servercfg.lines {
    exposed = blueprint.exposed(found.overlays), config = found.config,
    hostname = "(the server's hostname)", rcon_password = "(generated for each server)",
  }
  return table.concat(lines, "\n") .. "\n"
end

--- @param ports table {db, store, clock, hub}
function M.new(ports)
  return setmetatable({ ports = ports }, Blueprints)
end

return M
