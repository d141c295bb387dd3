-- Puts the generated cfg files into an instance's upper layer, before anything is mounted over it.
local instance = require "domain.instance"

local M = {}

local MAX_CFG = 1 << 20
local MAX_ENV = 1 << 20
local CFG = "left4dead2/cfg"
local DIRECTORY, FILE = 493, 420 -- 0755, 0644: the game's own content
local NO_WAIT = { sync = false } -- each start stages anew

local function write(upper, name, text)
  return upper:write(CFG .. "/" .. name, text, FILE, NO_WAIT)
end

-- The overlay's file is opened beneath the overlay: a link planted by a build leads nowhere else.
local function stage_alias(overlays, upper, entry)
  local target = entry.alias .. ".cfg"
  local layer = overlays:sub(entry.layer)
  local text, err, code
  if layer then
    text, err, code = layer:read(CFG .. "/server.cfg", MAX_CFG)
    layer:close()
  end
  if text then return write(upper, target, text) end
  if not layer or code == "ENOENT" then
    upper:remove(CFG .. "/" .. target)
    return true
  end
  return nil, ("overlay %s: its server.cfg cannot be used: %s"):format(entry.layer, err)
end

--- Read an instance as initialize wrote it.
-- @param dir host.fs root of the state directory
-- @param name string
-- @return table|nil as of domain.instance.parse_env; string message
function M.instance(dir, name)
  local text, err, code = dir:read(instance.paths(name).env, MAX_ENV)
  if not text then
    if code ~= "ENOENT" then return nil, err end
    return nil, ("there is no instance %s: run `l4d2ctl initialize %s -f SPEC` first"):format(name, name)
  end
  local parsed
  parsed, err = instance.parse_env(text)
  if not parsed then return nil, "instance.env is damaged: " .. err .. "; initialize the instance again" end
  return parsed
end

--- Copy server.cfg and every aliased overlay's server.cfg into the upper layer.
-- @param dir host.fs root of the state directory
-- @param name string
-- @param parsed table as of M.instance
-- @return true|nil, message
function M.stage(dir, name, parsed)
  local paths = instance.paths(name)
  local text, err = dir:read(paths.server_cfg, MAX_CFG)
  if not text then return nil, err end
  local ok
  ok, err = dir:mkdirs(paths.upper, DIRECTORY)
  if not ok then return nil, err end
  local upper <close> = assert(dir:sub(paths.upper))
  ok, err = upper:mkdirs(CFG, DIRECTORY)
  if ok then ok, err = write(upper, "server.cfg", text) end
  if not ok then return nil, err end
  if #parsed.aliases == 0 then return true end
  local overlays <close> = assert(dir:sub("overlays"))
  for _, entry in ipairs(parsed.aliases) do
    ok, err = stage_alias(overlays, upper, entry)
    if not ok then return nil, err end
  end
  return true
end

return M
