-- What a game sees of directories laid over each other, by overlayfs's rules: the highest layer wins, directories
-- merge, a whiteout is nothing, and an opaque directory hides what is below it.
--
-- Layers are numbered from the highest. What a layer has at a place is nil (nothing) or {type=, opaque=boolean|nil},
-- with the types of host.fs.
local M = {}

--- Which layers make up the directory that is so many levels down a path.
-- @param chains table list over layers: what each has at the path's first, second, … component; a chain ends where it
--   is no directory
-- @param depth integer how many components the path has; 0 is the root
-- @return table|nil list of layers' numbers, the highest first; nil when there is no directory
-- @return integer|nil number of the layer whose file, link or the like is there instead
function M.resolve(chains, depth)
  local parts = {}
  for i = 1, #chains do parts[i] = i end
  for level = 1, depth do
    local deeper = {}
    for _, i in ipairs(parts) do
      local one = chains[i][level]
      if one and one.type ~= "directory" then
        if #deeper == 0 and one.type ~= "whiteout" then return nil, level == depth and i or nil end
        break
      end
      if one then deeper[#deeper + 1] = i end
      if one and one.opaque then break end
    end
    parts = deeper
  end
  if #parts == 0 and depth > 0 then return nil end
  return parts
end

-- What an entry is sorted by: whether it is a directory, its name without its case, its name.
local function key_of(entry)
  return (entry.type == "directory" and "0" or "1") .. entry.name:lower() .. "\0" .. entry.name
end

--- Put entries in the order people look for them: directories first, then by name, whatever its case.
-- @param entries table list of {name=, type=}; sorted in place
-- @return table entries
function M.sort(entries)
  local keys = {}
  for _, entry in ipairs(entries) do keys[entry] = key_of(entry) end
  table.sort(entries, function(a, b) return keys[a] < keys[b] end)
  return entries
end

--- The entries of a merged directory.
-- @param listings table list, the highest layer first, of {layer=integer, entries=list of {name=, type=}}
-- @return table list in order of {name=, type=, layer=, covers=how many lower layers have something there that is not
--   seen for it, or is merged with it}
function M.merge(listings)
  local seen, out = {}, {}
  for _, listing in ipairs(listings) do
    for _, entry in ipairs(listing.entries) do
      local known = seen[entry.name]
      if not known then
        known = { name = entry.name, type = entry.type, layer = listing.layer, covers = 0 }
        seen[entry.name] = known
        if entry.type ~= "whiteout" then out[#out + 1] = known end
      elseif entry.type == "whiteout" then
        known.closed = true
      elseif not known.closed then
        known.covers = known.covers + 1
      end
    end
  end
  for _, entry in ipairs(out) do entry.closed = nil end
  return M.sort(out)
end

return M
