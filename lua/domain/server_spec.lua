-- The spec.yaml of a server: what its host is told of its port, its overlays, its arguments and its server.cfg.
local blueprint = require "domain.blueprint"
local rules = require "domain.server"
local servercfg = require "domain.servercfg"
local spec = require "domain.spec"

local M = {}

local function layer(overlay)
  return {
    path = ("%d"):format(overlay.id), alias = overlay.expose_server_cfg and blueprint.alias(overlay.id) or nil,
  }
end

--- @param server table row of store.servers
-- @param recipe table its blueprint: {overlays=, arguments=, config=}
-- @return string
function M.render(server, recipe)
  local overlays = {}
  for i, overlay in ipairs(recipe.overlays) do overlays[i] = layer(overlay) end
  return spec.render {
    port = server.port, overlays = overlays, arguments = blueprint.words(recipe.arguments),
    config = servercfg.lines(recipe, { hostname = rules.hostname(server), rcon_password = server.rcon_password }),
  }
end

return M
