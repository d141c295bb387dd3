-- The status of game servers, from systemd's unit properties.
local endings = require "domain.endings"
local loaded = require "backends.systemd.loaded"
local units = require "domain.units"

local M = {}

-- A host without memory accounting says nothing: then it is summed up from the processes.
local function usage(properties)
  if properties.MemoryCurrent and properties.CPUUsageNSec then
    return properties.MemoryCurrent, properties.CPUUsageNSec // 1000
  end
  if not properties.MainPID then return nil end
  local memory, cpu_usec = require("backends.usage").tree(properties.MainPID)
  return properties.MemoryCurrent or memory, properties.CPUUsageNSec and properties.CPUUsageNSec // 1000 or cpu_usec
end

local function unknown(message)
  local reason = endings.nobody { reason = message }
  return { state = "unknown", active = "unknown", sub = "unknown", reason = reason, error = tostring(reason) }
end

--- @param connection table backends.systemd.connection
-- @param name string
-- @return table as of Systemd:status
function M.of(connection, name)
  local properties, message = connection:ask("properties", units.server(name))
  if not properties then return unknown(message) end
  local active = properties.ActiveState or "inactive"
  local status = {
    state = units.state(active), active = active, sub = properties.SubState or "dead",
    restarts = properties.NRestarts or 0,
  }
  local reason = active == "failed" and units.ending(properties, units.server_limits)
  if reason then status.reason, status.error = reason, tostring(reason) end
  if status.state == "stopped" then return status end
  status.pid, status.invocation = properties.MainPID, properties.InvocationID
  status.since = properties.ActiveEnterTimestamp and properties.ActiveEnterTimestamp // 1000
  status.memory, status.cpu_usec = usage(properties)
  return status
end

--- The states of all servers, in one question.
-- @param connection table
-- @return function(name) → {state=, active=, sub=, error=|nil}
function M.glance(connection)
  local servers, message = loaded.units(connection, units.SERVERS)
  if not servers then return function() return unknown(message) end end
  return function(name)
    local entry = servers[units.server(name)]
    if entry.active == "failed" then return M.of(connection, name) end
    return { state = units.state(entry.active), active = entry.active, sub = entry.sub }
  end
end

return M
