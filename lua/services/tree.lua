-- Looks at directories that builds and games write to: beneath their root, without links, a few descriptors at a time.
local layers = require "domain.layers"
local text = require "base.text"

local M = {}

local STRICT = { links = false }

--- The most entries of one directory that are looked at, those of all its layers together.
M.most_entries = 10000

-- The root of a layer; nil while it is not there.
local function open(fs, layer)
  return fs:sub(layer.path, STRICT)
end

-- A directory of a layer; nil when there is none, or none that may be read.
local function open_directory(fs, layer, path)
  if path == "" then return open(fs, layer) end
  local root <close> = open(fs, layer)
  return root and root:sub(path, STRICT)
end

local function split(path)
  local parent, name = path:match("^(.*)/([^/]+)$")
  return parent or "", name or path
end

-- What one layer has at each component of a path, as far as they are directories.
local function chain(fs, layer, names)
  local out, at = {}, open(fs, layer)
  for i, name in ipairs(names) do
    if not at then break end
    local stat = at:stat(name)
    local deeper = stat and stat.type == "directory" and at:sub(name, STRICT)
    out[i] = stat and { type = stat.type, opaque = deeper and deeper:opaque() or nil }
    at:close()
    at = deeper
  end
  if at then at:close() end
  return out
end

--- What each layer has along a path, as domain.layers wants it.
-- @param fs host.fs root of the state directory
-- @param list table list of {path=}
-- @param names table list of a path's components
-- @return table list of chains
function M.chains(fs, list, names)
  local out = {}
  for i, layer in ipairs(list) do out[i] = chain(fs, layer, names) end
  return out
end

-- The entries of one layer; a device may be a whiteout, which only a closer look tells.
local function listing(fs, layer, number, path, most)
  local dir <close> = open_directory(fs, layer, path)
  local entries, cut, code
  if dir then entries, cut, code = dir:list(".", most) end
  for _, entry in ipairs(entries or {}) do
    if entry.type == "device" or entry.type == "unknown" then
      local stat = dir:stat(entry.name)
      entry.type = stat and stat.type or entry.type
    end
  end
  return { layer = number, entries = entries or {}, unreadable = code == "EACCES" }, entries ~= nil and cut
end

--- All entries of a directory, of one layer as they are, of several merged.
-- @param fs host.fs root of the state directory
-- @param list table list of layers
-- @param parts table list of the numbers of those that make up the directory
-- @param path string
-- @return table list of {name, type, layer=integer, covers=integer}
-- @return boolean whether there are more than anyone looks at
-- @return boolean whether a layer's directory may not be read
function M.entries(fs, list, parts, path)
  local listings, left, cut, unreadable = {}, M.most_entries, false, false
  for i, number in ipairs(parts) do
    if left == 0 then cut = true break end
    listings[i], cut = listing(fs, list[number], number, path, left)
    left = cut and 0 or left - #listings[i].entries
    unreadable = unreadable or listings[i].unreadable
  end
  if #list > 1 then return layers.merge(listings), cut, unreadable end
  for _, entry in ipairs(listings[1].entries) do entry.layer, entry.covers = 1, 0 end
  return layers.sort(listings[1].entries), cut, unreadable
end

local function describe(dir, entry)
  local stat = dir:stat(entry.name)
  if not stat then return end
  entry.type, entry.mtime = stat.type, stat.mtime
  if stat.type == "file" then entry.size = stat.size end
  if stat.type == "symlink" then entry.target = text.repaired(dir:readlink(entry.name) or "?") end
end

--- Add sizes, times and the targets of links to entries of a directory.
-- @param entries table list of {name=, layer=integer}
function M.describe(fs, list, path, entries)
  local by_layer = {}
  for _, entry in ipairs(entries) do
    by_layer[entry.layer] = by_layer[entry.layer] or {}
    table.insert(by_layer[entry.layer], entry)
  end
  for number, mine in pairs(by_layer) do
    local dir <close> = open_directory(fs, list[number], path)
    for _, entry in ipairs(dir and mine or {}) do describe(dir, entry) end
  end
end

--- What a layer has at a path that is no directory.
-- @param most integer|nil read a regular file that has no more bytes
-- @return table|nil {name, type, size|nil, mtime, target|nil}
-- @return string|nil its content
function M.file(fs, layer, path, most)
  local parent, name = split(path)
  local dir <close> = open_directory(fs, layer, parent)
  local found = { name = name }
  if dir then describe(dir, found) end
  if not found.type then return nil end
  if found.type == "file" and most and found.size <= most then return found, dir:read(name, most) end
  return found
end

return M
