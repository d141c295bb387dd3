-- The game's installation: whether it is there, and installing or updating it.
local M = {}

local STEAM_INF = "installation/left4dead2/steam.inf"

local Installation = {}
Installation.__index = Installation

--- What is installed.
-- @return table {state="missing|demo|installed"}
function Installation:status()
  local fs = self.ports.fs
  if not fs:stat("installation/srcds_run") then return { state = "missing" } end
  local inf = fs:read(STEAM_INF, 65536) or ""
  return { state = inf:find("StandIn=1", 1, true) and "demo" or "installed" }
end

--- Enqueue installing or updating the game.
-- @return table|nil job
-- @return table|nil err
function Installation:install(actor)
  return self.services.jobs:enqueue(actor, { operation = "install" })
end

--- @param ports table {fs}
-- @param services table the other services
function M.new(ports, services)
  return setmetatable({ ports = ports, services = services }, Installation)
end

return M
