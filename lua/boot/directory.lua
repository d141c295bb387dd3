-- The state directory: makes it and what must be in it, and keeps the key that signs sessions.
local fs = require "host.fs"

local M = {}

local PRIVATE_DIRECTORY, PRIVATE_FILE = 488, 384 -- 0750, 0600

M.FOLDERS = {
  "backups", "installation", "instances", "logs/jobs", "logs/servers", "overlays", "run/servers", "runtime",
  "workshop_cache",
}

local function parent(path)
  return path:match("^(.+)/[^/]+$") or "/"
end

-- Open the deepest directory that is there and make the rest in it.
local function make(path)
  local above = path
  while true do
    local root, message, code = fs.root(above)
    if root then
      local rest = path:sub(above == "/" and 2 or #above + 2)
      local ok = true
      if rest ~= "" then ok, message = root:mkdirs(rest, PRIVATE_DIRECTORY) end
      root:close()
      return ok, message
    end
    if code ~= "ENOENT" or above == "/" then return nil, message end
    above = parent(above)
  end
end

--- Open the state directory, which must be there.
-- @param config table
-- @return root|nil
-- @return string|nil message
function M.open(config)
  local root, message, code = fs.root(config.root)
  if root then return root end
  if code == "ENOENT" then
    return nil, ("there is no state directory %s yet: `left4me migrate --root %s` makes it")
      :format(config.root, config.root)
  end
  return nil, ("cannot use the state directory: %s"):format(message)
end

--- Open the state directory and make what is missing; what is there stays as it is.
-- @param config table
-- @return root|nil
-- @return string|nil message
function M.prepare(config)
  local ok, message = make(config.root)
  if not ok then return nil, ("cannot make the state directory: %s"):format(message) end
  local root
  root, message = M.open(config)
  if not root then return nil, message end
  for _, folder in ipairs(M.FOLDERS) do
    ok, message = root:mkdirs(folder, PRIVATE_DIRECTORY)
    if not ok then return nil, ("cannot use the state directory: %s"):format(message) end
  end
  return root
end

--- The key that signs sessions: SECRET_KEY, or in standalone one that is made at the first start and kept.
-- @param config table
-- @param root root
-- @param crypto table host.crypto
-- @return string|nil key
-- @return string|nil message
function M.secret_key(config, root, crypto)
  if config.secret_key then return config.secret_key end
  if config.backend ~= "standalone" then
    return nil, "SECRET_KEY is not set: give it at least 32 characters that nobody can guess"
  end
  local kept, message, code = root:read("secret_key", 4096)
  if kept then
    local key = kept:match("^%s*(.-)%s*$")
    if #key >= 32 then return key end
    return nil, ("%s/secret_key is shorter than 32 characters: remove it and a new one is made"):format(config.root)
  end
  if code ~= "ENOENT" then return nil, message end
  local key = crypto.base64url(crypto.random(32))
  local ok
  ok, message = root:write("secret_key", key .. "\n", PRIVATE_FILE)
  if not ok then return nil, message end
  return key
end

return M
