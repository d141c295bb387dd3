-- What is laid over what: the overlay mount of an instance, as data for host.mount.
local instance = require "domain.instance"

local M = {}

--- The most lower layers, the installation among them: what one page of mount options holds when layers are named by
-- descriptor (mount(2) takes no more than 4096 bytes of them).
M.max_layers = 500

-- From the highest to the installation.
local function lower(prefix, parsed)
  local paths = {}
  for i, layer in ipairs(parsed.layers) do paths[i] = prefix .. "overlays/" .. layer end
  paths[#paths + 1] = prefix .. "installation"
  if #paths > M.max_layers then
    return nil, ("%d overlays are too many: %d are the most"):format(#paths - 1, M.max_layers - 1)
  end
  return paths
end

--- The overlay mount of an instance.
-- @param root string absolute path of the state directory
-- @param name string the instance's
-- @param parsed table of domain.instance.parse_env
-- @param to string|nil absolute path to mount at; nil for the instance's merged directory
-- @return table|nil an operation of a host.mount plan; string what is wrong
function M.operation(root, name, parsed, to)
  local layers, err = lower(root .. "/", parsed)
  if not layers then return nil, err end
  local paths = instance.paths(name)
  return {
    op = "overlay", lower = layers, beneath = root .. "/overlays",
    upper = root .. "/" .. paths.upper, work = root .. "/" .. paths.work, to = to or root .. "/" .. paths.merged,
  }
end

--- The overlay mount of an instance by paths relative to the state directory, for whom everything in there is suspect.
-- @param root host.fs root of the state directory
-- @param name string the instance's
-- @param parsed table of domain.instance.parse_env
-- @return table|nil an operation of a host.mount plan; string what is wrong
function M.operation_beneath(root, name, parsed)
  local layers, err = lower("", parsed)
  if not layers then return nil, err end
  local paths = instance.paths(name)
  return { op = "overlay", root = root, lower = layers, upper = paths.upper, work = paths.work, to = paths.merged }
end

return M
