-- Starts a server's unit, and has it started with the host from now on.
local loaded = require "backends.systemd.loaded"
local preflight = require "backends.preflight"
local runs = require "backends.systemd.run"
local said = require "backends.systemd.said"
local units = require "domain.units"

local M = {}

local PATIENCE_MS = 120000

-- Why a unit did not start: its own last words, or those of the unit that mounts for it.
local function explain(connection, name, job, cursor)
  if job.result == "refused" then return job.message, job.code end
  local words = said.last(units.mount(name), cursor) or said.last(units.server(name), cursor)
  local properties = connection:ask("properties", units.server(name)) or {}
  local ending = units.ending(properties, units.server_limits)
  local parts = {}
  for _, part in pairs { ending, words } do parts[#parts + 1] = tostring(part) end
  if #parts == 0 then parts[1] = said.outcome(job) end
  return table.concat(parts, ": "), "start_failed"
end

local function launch(connection, unit)
  local job = connection:submit("start", unit)
  connection:finish({ job }, PATIENCE_MS)
  return job
end

-- systemd counts starts, and does not say that it refused one for that. Those of a game that crashes are meant to be
-- limited; that there were many is no reason to refuse a person's.
local function launch_server(connection, name)
  local unit = units.server(name)
  local job = launch(connection, unit)
  if job.result ~= "failed" then return job end
  connection:ask("reset_failed", unit)
  return launch(connection, unit)
end

local function is_stopped(connection, name)
  return units.state(loaded.state(connection, units.server(name))) == "stopped"
end

-- What an earlier start left mounted, that was cut short, holds other layers than these.
local function end_former(connection, name)
  local mount = units.mount(name)
  if loaded.state(connection, mount) ~= "active" or not is_stopped(connection, name) then return end
  connection:finish({ connection:submit("stop", mount) }, PATIENCE_MS)
end

--- Start a server.
-- @param backend table {dir=, connect=function}
-- @param name string
-- @return true|nil, message, code
function M.run(backend, name)
  local ok, problem = preflight.can_start(backend.dir, name)
  if not ok then
    if backend:runs(name) then return true end
    return nil, problem, "start_failed"
  end
  local connection <close> = backend:connect()
  end_former(connection, name)
  local cursor, err, code = runs.begin(backend.dir, name)
  if err then return nil, err, code end
  local server = launch_server(connection, name)
  if server.result ~= "done" then return nil, explain(connection, name, server, cursor) end
  local boot = launch(connection, units.boot(name))
  -- A systemd that is executed anew ends the game it was just starting, and calls that a success.
  if is_stopped(connection, name) then
    launch(connection, units.server(name))
    if is_stopped(connection, name) then return nil, "the game ended as soon as it ran", "start_failed" end
  end
  if boot.result == "done" then return true end
  return nil, "it runs, but will not start with the host: " .. said.why(boot, cursor), "boot_failed"
end

return M
