-- The lines of a server's server.cfg, in the order that lets nothing override the RCON password.
local blueprint = require "domain.blueprint"

local M = {}

--- A value in the quotes of the Source engine's console, which knows no escape: a double quote inside
-- becomes a single one and anything that could end the line becomes a space.
-- @param value string
-- @return string
function M.quote(value)
  return '"' .. value:gsub('"', "'"):gsub("%c", " ") .. '"'
end

-- A config line stays one line whatever it holds.
local function one_line(line)
  return (line:gsub("%c", " "))
end

--- The lines: exec of each exposed overlay (lowest precedence first), config, hostname, rcon_password.
-- @param recipe table {overlays=list of {id=, expose_server_cfg=}, config=list} of a blueprint
-- @param server table {hostname=, rcon_password=}
-- @return table list of strings
function M.lines(recipe, server)
  local out = {}
  for _, alias in ipairs(blueprint.exposed(recipe.overlays)) do out[#out + 1] = "exec " .. alias end
  for _, line in ipairs(recipe.config) do out[#out + 1] = one_line(line) end
  out[#out + 1] = "hostname " .. M.quote(server.hostname)
  out[#out + 1] = "rcon_password " .. M.quote(server.rcon_password)
  return out
end

return M
