-- The files of overlays, and of servers as their game sees them: directories, files to read, files to take away.
local access = require "domain.access"
local errors = require "base.errors"
local instance = require "domain.instance"
local layers = require "domain.layers"
local rules = require "domain.server"
local text = require "base.text"
local tree = require "services.tree"

local M = {}

M.errors = errors.registry("content", {
  not_found = { status = 404, text = "There is no such file or directory." },
  secret = { status = 403, text = "This file holds the server's RCON password, which is its owner's alone." },
})

--- How many entries of a directory are shown at once, and how large a file may be that is shown as text.
M.page, M.most_text = 500, 256 * 1024

local MOST_PATH, MOST_NAME, MOST_DEPTH = 4095, 255, 128

local Content = {}
Content.__index = Content

-- A path as someone asks for it, as its components; each is taken literally.
local function components(path)
  local names = {}
  if path == "" then return names end
  if #path > MOST_PATH or path:find("\0", 1, true) then return nil end
  for name in (path .. "/"):gmatch("([^/]*)/") do
    if name == "" or name == "." or name == ".." or #name > MOST_NAME then return nil end
    names[#names + 1] = name
  end
  return #names <= MOST_DEPTH and names or nil
end

-- The layers of an overlay: itself.
local function of_overlay(self, actor, id)
  local overlay, err = self.services.overlays:get(actor, id)
  if not overlay then return nil, err end
  return { { kind = "overlay", path = ("overlays/%d"):format(id), id = id, name = overlay.name } }, overlay
end

-- The ids of what a server has mounted, or of what it would have after its next start.
local function overlay_ids(self, server)
  local ids = {}
  local env = server.actual_state ~= "stopped"
    and self.ports.fs:read(instance.paths(rules.host_name(server.id)).env)
  local parsed = env and instance.parse_env(env)
  if parsed then
    for _, ref in ipairs(parsed.layers) do ids[#ids + 1] = math.tointeger(tonumber(ref)) end
    return ids, true
  end
  local blueprint = self.ports.store.blueprints:get(server.blueprint_id)
  for _, overlay in ipairs(blueprint.overlays) do ids[#ids + 1] = overlay.id end
  return ids, false
end

-- The layers of a server, the highest first.
local function of_server(self, actor, id)
  local server, err = self.services.servers:get(actor, id)
  if not server then return nil, err end
  local ids, mounted = overlay_ids(self, server)
  local list = { { kind = "own", path = instance.paths(rules.host_name(id)).upper } }
  local known = self.ports.store.overlays:named(ids)
  for _, overlay_id in ipairs(ids) do
    local overlay = known[overlay_id]
    local seen = overlay and access.may_see(actor, overlay)
    list[#list + 1] = { kind = "overlay", path = ("overlays/%d"):format(overlay_id), id = seen and overlay_id or nil,
      name = seen and overlay.name or nil }
  end
  list[#list + 1] = { kind = "game", path = "installation" }
  server.mounted = mounted
  return list, server
end

local OF = { overlay = of_overlay, server = of_server }

-- The generated server.cfg has the RCON password, which is its owner's alone.
-- @return boolean|nil whether the file has it; nil when the actor must not see it
-- @return table|nil err secret
local function has_password(actor, kind, object, layer, path)
  local has = kind == "server" and layer.kind == "own" and path:lower() == "left4dead2/cfg/server.cfg"
  if has and object.user_id ~= actor.id then return nil, M.errors.secret() end
  return has
end

-- What is at a path: names, layers, object, and the numbers of the layers of a directory or the one of something else.
local function find(self, actor, kind, id, path)
  local list, object = OF[kind](self, actor, id)
  if not list then return nil, object end
  local names = components(path)
  if not names then return nil, M.errors.not_found() end
  local parts, instead = layers.resolve(tree.chains(self.ports.fs, list, names), #names)
  if not parts and not instead then return nil, M.errors.not_found() end
  return { names = names, layers = list, object = object, parts = parts, instead = instead, path = path }
end

local function directory(self, place, from)
  local entries, cut, unreadable = tree.entries(self.ports.fs, place.layers, place.parts, place.path)
  local page = table.move(entries, from + 1, math.min(from + M.page, #entries), 1, {})
  tree.describe(self.ports.fs, place.layers, place.path, page)
  local prefix = place.path == "" and "" or place.path .. "/"
  for _, entry in ipairs(page) do
    entry.path = utf8.len(entry.name) and prefix .. entry.name or nil
    entry.name = text.repaired(entry.name)
    entry.layer = place.layers[entry.layer]
  end
  page.next = from + M.page < #entries and from + M.page or nil
  page.total, page.cut, page.unreadable = #entries, cut, unreadable
  return page
end

-- A file beside what is known of it: its text, when it is one and not too long.
local function file(self, place)
  local layer = place.layers[place.instead]
  local found, content = tree.file(self.ports.fs, layer, place.path, M.most_text)
  if not found then return nil, M.errors.not_found() end
  found.name, found.layer = text.repaired(found.name), layer
  if content and not content:find("\0", 1, true) then found.text = text.repaired(content, "\n\t") end
  return found
end

--- What is at a path of an overlay or of a server's merged tree. Blocks on the disk.
-- @param kind string "overlay" or "server"
-- @param id integer
-- @param path string "" is the top; others are taken literally, nothing leads out, no link is followed
-- @param from integer|nil how many entries of a directory to pass over
-- @return table|nil {object= the overlay, or the server with mounted=boolean, names=list of the path's components,
--   layers=list, the highest first, of {kind="own|overlay|game", id|nil, name|nil}, entries=list of {name, path|nil,
--   type, size|nil, mtime|nil, target|nil, layer, covers=} with next|nil, total, cut, unreadable; or instead of entries
--   file={name, type, size|nil, mtime, target|nil, layer, text|nil} and secret=whether a password is in it}
-- @return table|nil err not_found, secret
function Content:look(actor, kind, id, path, from)
  local place, err = find(self, actor, kind, id, path)
  if not place then return nil, err end
  local out = { object = place.object, names = place.names, layers = place.layers }
  if place.parts then
    out.entries = directory(self, place, from or 0)
    return out
  end
  out.secret, err = has_password(actor, kind, place.object, place.layers[place.instead], path)
  if err then return nil, err end
  out.file, err = file(self, place)
  return out.file and out, err
end

--- A file to take away: of a merged tree the one its game sees.
-- @return table|nil stream for host.serve (kind "file")
-- @return string|table the file's name; err not_found, secret
function Content:download(actor, kind, id, path)
  local place, err = find(self, actor, kind, id, path)
  if not place then return nil, err end
  local layer = place.instead and place.layers[place.instead]
  local found = layer and tree.file(self.ports.fs, layer, path)
  if not found or found.type ~= "file" then return nil, M.errors.not_found() end
  local _, secret = has_password(actor, kind, place.object, layer, path)
  if secret then return nil, secret end
  return {
    kind = "file", directory = self.ports.config.root .. "/" .. layer.path, path = path,
    revoke = access.endings(actor),
  }, place.names[#place.names]
end

--- @param ports table {fs, store, config}
-- @param services table the other services
function M.new(ports, services)
  return setmetatable({ ports = ports, services = services }, Content)
end

return M
