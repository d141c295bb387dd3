-- l4d2ctl initialize: write an instance's files from its specification.
local instance = require "domain.instance"
local spec = require "domain.spec"
local yaml = require "host.yaml"

local M = {
  name = "initialize", summary = "Write a server's files from a specification",
  args = { { name = "NAME", help = "The server: 1 to 64 of a-z, 0-9, - and _" } },
  options = {
    { name = "file", short = "f", value = "SPEC", required = true,
      help = "spec.yaml with port, overlays, arguments, config; - reads it from stdin" },
  },
}

local MAX_SPEC = 1 << 20
local DIRECTORY, GAME_DIRECTORY, FILE = 488, 493, 416 -- 0750, 0755, 0640: server.cfg has a password

--- Open the specification, as whoever calls: afterwards root may have become left4me, who cannot read root's files.
-- @param values table {file}; gets opened
-- @return true|nil; string message
function M.before(values)
  if values.file == "-" then
    values.opened = io.stdin
    return true
  end
  local err
  values.opened, err = io.open(values.file, "r")
  if not values.opened then return nil, "cannot read the specification: " .. err end
  return true
end

local function read_all(file)
  local text, err = file:read(MAX_SPEC + 1)
  if file ~= io.stdin then file:close() end
  if err then return nil, "cannot read the specification: " .. err end
  if text and #text > MAX_SPEC then return nil, "the specification is longer than 1 MiB" end
  return text or ""
end

local function read_spec(path, file)
  local text, err = read_all(file)
  if not text then return nil, err end
  local parsed
  parsed, err = spec.parse(text, yaml.events)
  if not parsed then return nil, (path == "-" and "the specification" or path) .. ": " .. tostring(err) end
  return parsed
end

-- An overlay need not be built yet, but no link may lead its name out of the overlays.
local function check_layers(dir, layers)
  local overlays <close> = dir:sub("overlays")
  if not overlays then return true end
  for _, layer in ipairs(layers) do
    local found, err, code = overlays:sub(layer)
    if found then
      found:close()
    elseif code ~= "ENOENT" then
      return nil, ("overlay %s cannot be used: %s"):format(layer, err)
    end
  end
  return true
end

local function write(dir, name, parsed)
  local paths = instance.paths(name)
  local ok, err = dir:mkdirs(paths.instance, DIRECTORY)
  if not ok then return nil, err end
  for _, path in ipairs { paths.upper, paths.work, paths.merged } do
    ok, err = dir:mkdirs(path, GAME_DIRECTORY)
    if not ok then return nil, err end
  end
  ok, err = dir:write(paths.env, instance.render_env(parsed), FILE)
  if not ok then return nil, err end
  return dir:write(paths.server_cfg, table.concat(parsed.config, "\n") .. "\n", FILE)
end

local function as_instance(parsed)
  local made = { port = parsed.port, config = parsed.config, layers = {}, aliases = {} }
  for i, overlay in ipairs(parsed.overlays) do
    made.layers[i] = overlay.path
    if overlay.alias then
      made.aliases[#made.aliases + 1] = { alias = overlay.alias, layer = overlay.path }
    end
  end
  local err
  made.arguments, err = instance.words(parsed.arguments)
  if not made.arguments then return nil, err end
  return made
end

--- @param ctx table of boot.ctl
-- @param values table {name, file}
-- @return integer|nil exit code; string message
function M.run(ctx, values)
  ctx.step("read the specification")
  local parsed, err = read_spec(values.file, values.opened)
  if not parsed then return nil, err end
  local made
  made, err = as_instance(parsed)
  if not made then return nil, err end
  local dir
  dir, err = ctx.make()
  if not dir then return nil, err end
  local ok
  ok, err = check_layers(dir, made.layers)
  if not ok then return nil, err end
  ctx.step("write the instance's files")
  ok, err = write(dir, values.name, made)
  if not ok then return nil, err end
  return 0
end

return M
