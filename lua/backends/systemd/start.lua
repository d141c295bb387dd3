-- Starts a server's unit, and has it started with the host from now on.
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
  for _, part in pairs { ending, words } do parts[#parts + 1] = part end
  if #parts == 0 then parts[1] = "systemd says: " .. (job.result or "no answer in time") end
  return table.concat(parts, ": "), "start_failed"
end

-- systemd counts starts; only those of a game that crashes are meant to be limited.
local function forgive(connection, name)
  local unit = units.server(name)
  if connection:ask("property", unit, "ActiveState") == "failed" then connection:ask("reset_failed", unit) end
end

local function launch(connection, name)
  local server, boot = connection:submit("start", units.server(name)), connection:submit("start", units.boot(name))
  connection:finish({ server, boot }, PATIENCE_MS)
  return server, boot
end

-- A limit that many starts by people have reached is no reason to refuse one more.
local function launch_twice(connection, name)
  local server, boot = launch(connection, name)
  if server.result ~= "failed" then return server, boot end
  if connection:ask("property", units.server(name), "Result") ~= "start-limit-hit" then return server, boot end
  connection:ask("reset_failed", units.server(name))
  return launch(connection, name)
end

--- Start a server.
-- @param backend table {dir=, connect=function}
-- @param name string
-- @return true|nil, message, code
function M.run(backend, name)
  if backend:runs(name) then return true end
  local ok, problem = preflight.can_start(backend.dir, name)
  if not ok then return nil, problem, "start_failed" end
  local connection <close> = backend:connect()
  local cursor, err, code = runs.begin(backend.dir, name)
  if err then return nil, err, code end
  forgive(connection, name)
  local server, boot = launch_twice(connection, name)
  if server.result ~= "done" then return nil, explain(connection, name, server, cursor) end
  if boot.result ~= "done" then
    return nil, "it runs, but will not start with the host: " .. (boot.message or said.last(boot.unit, cursor) or "?"),
      "boot_failed"
  end
  return true
end

return M
