-- The port through which services look at this machine and at their own process: memory, uptime, versions.
local machine = require "domain.machine"
local proc = require "host.proc"
local runtime = require "host.runtime"

local M = {}

local function read(path)
  local file <close> = io.open(path)
  return file and file:read("a") or ""
end

--- What changes from moment to moment.
-- @return table {memory={total=|nil, available=|nil}, resident=|nil, uptime_ms=|nil, service_ms=|nil}
function M.now()
  local uptime, started = machine.uptime(read "/proc/uptime"), proc.start_time((runtime.ids()))
  return {
    memory = machine.memory(read "/proc/meminfo"), resident = machine.resident(read "/proc/self/status"),
    uptime_ms = uptime, service_ms = uptime and started and machine.age(uptime, started),
  }
end

--- What this process is made of.
-- @return table {left4me=, lua=, civetweb=, kernel=}
function M.versions()
  return {
    left4me = runtime.version, lua = runtime.lua_version:match("[%d.]+"),
    civetweb = require("host.serve").civetweb_version,
    kernel = read "/proc/sys/kernel/osrelease":match("%S+"),
  }
end

return M
