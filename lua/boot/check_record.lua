-- What `left4me check --keep` leaves for the dashboard: findings, what folders take, systemd's version.
--
-- The service runs it too, but on a production host from inside its sandbox, where the host looks different: then the
-- findings about the host stay those of the last one that root ran.
local checked = require "domain.checked"
local fs = require "host.fs"
local health = require "services.health"
local json = require "host.json"
local runtime = require "host.runtime"

local M = {}

local MAX_BYTES <const> = 262144

--- Whether this process sees the host as it is. To be asked before root becomes left4me.
-- @param config table
-- @return boolean
function M.sees_host(config)
  local _, euid = runtime.ids()
  return config.backend ~= "systemd" or euid == 0
end

local function sizes(root)
  local out = {}
  for _, folder in ipairs(checked.FOLDERS) do
    local usage = root:usage(folder)
    out[folder] = usage and usage.bytes
  end
  return out
end

local function former_host(root)
  local text = root:read(health.RECORD, MAX_BYTES)
  local former = text and json.decode(text)
  return type(former) == "table" and former.host or nil
end

--- Keep the findings. Called as whom the state directory belongs to.
-- @param config table
-- @param state table findings about the state directory
-- @param host table|nil findings about the host; nil: not seen by this process
-- @return true|nil
-- @return string|nil message
function M.keep(config, state, host)
  local root <close>, message = fs.root(config.root)
  if not root then return nil, message end
  local now = require("host.clock").now()
  local run = require("host.proc").run { argv = { "systemctl", "--version" }, timeout_ms = 5000 }
  return root:write(health.RECORD, json.encode {
    at = now, findings = json.array(state), disk = sizes(root),
    host = host and { at = now, findings = json.array(host) } or former_host(root),
    systemd = run and run.code == 0 and run.stdout:match("^systemd (%S+)") or nil,
  })
end

return M
