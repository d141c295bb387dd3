-- The game's installation: whether it is there, which one, and installing or updating it.
local vdf = require "domain.vdf"

local M = {}

local STEAM_INF = "installation/left4dead2/steam.inf"
local MANIFEST = "installation/steamapps/appmanifest_222860.acf"
local MAX_BYTES = 65536

local Installation = {}
Installation.__index = Installation

-- What steamcmd noted of what it installed.
local function noted(fs)
  local manifest = vdf.parse(fs:read(MANIFEST, MAX_BYTES) or "")
  local app = manifest and type(manifest.AppState) == "table" and manifest.AppState or {}
  local at = math.tointeger(tonumber(app.LastUpdated))
  return { build = type(app.buildid) == "string" and app.buildid:match("^%d+$") or nil, at = at and at * 1000,
    bytes = math.tointeger(tonumber(app.SizeOnDisk)) }
end

--- What is installed.
-- @return table {state="missing|demo|installed"}
function Installation:status()
  local fs = self.ports.fs
  if not fs:stat("installation/srcds_run") then return { state = "missing" } end
  local inf = fs:read(STEAM_INF, MAX_BYTES) or ""
  return { state = inf:find("StandIn=1", 1, true) and "demo" or "installed" }
end

--- What is installed, and what is known of it; for the page that installs it.
-- @param actor table an admin
-- @return table {state=, version=|nil, build=|nil, at=|nil unix ms, bytes=|nil, job=|nil the newest that installs}
function Installation:details(actor)
  local status = self:status()
  if status.state ~= "missing" then
    local fs = self.ports.fs
    status.version = (fs:read(STEAM_INF, MAX_BYTES) or ""):match("PatchVersion=([%d.]+)")
    local known = noted(fs)
    status.build, status.at, status.bytes = known.build, known.at, known.bytes
  end
  local job = self.ports.store.jobs:newest_install()
  status.job = job and self.services.jobs:get(actor, job.id)
  return status
end

--- Enqueue installing or updating the game.
-- @return table|nil job
-- @return table|nil err
function Installation:install(actor)
  return self.services.jobs:enqueue(actor, { operation = "install" })
end

--- @param ports table {fs, store}
-- @param services table the other services
function M.new(ports, services)
  return setmetatable({ ports = ports, services = services }, Installation)
end

return M
