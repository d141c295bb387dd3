-- Reads an overlay's script from the database, on a connection that cannot write and is closed again.
local fs = require "host.fs"

local M = {}

-- A pipe in the place of one of the database's files would be waited for for ever.
local function is_file(path)
  local folder, name = path:match("^(.*)/([^/]+)$")
  local root <close>, err = fs.root(folder == "" and "/" or folder)
  if not root then return nil, err end
  for _, suffix in ipairs { "", "-wal", "-shm" } do
    local stat, problem, code = root:stat(name .. suffix)
    if not stat and (suffix == "" or code ~= "ENOENT") then return nil, problem end
    if stat and stat.type ~= "file" then return nil, ("%s%s is a %s and no file"):format(path, suffix, stat.type) end
  end
  return true
end

local function query(path, id)
  local d <close>, err = require("store.db").open(path, { readonly = true })
  if not d then return nil, err end
  local overlay = require("store").new(d).overlays:get(id)
  if not overlay then return nil, ("there is no overlay %d"):format(id) end
  if overlay.type ~= "script" then return nil, ("overlay %d is of type %s"):format(id, overlay.type) end
  return overlay.script or ""
end

--- An overlay's script. May block for seconds while the database is locked.
-- @param path string absolute path of the database
-- @param id integer the overlay's
-- @return string|nil, message
function M.read(path, id)
  local ok, err = is_file(path)
  if not ok then return nil, err end
  local script
  ok, script, err = pcall(query, path, id)
  if ok then return script, err end
  return nil, "the database cannot be read: " .. tostring(script)
end

return M
