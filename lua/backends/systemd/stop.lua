-- Stops a server's unit, and keeps it from starting with the host; ends when nothing of it is mounted any more.
local said = require "backends.systemd.said"
local units = require "domain.units"

local M = {}

-- Longer than the units have to end the game and to give up its mount.
local PATIENCE_MS = 90000

-- Stopping the unit that decides about the next boot disables the server; that unit may have been stopped before, by
-- someone who did not want it.
local function disable(connection, name)
  local boot = units.boot(name)
  local job = connection:submit("stop", boot)
  connection:finish({ job }, PATIENCE_MS)
  if connection:ask("enabled", units.server(name)) ~= "enabled" then return job end
  connection:finish({ connection:submit("start", boot) }, PATIENCE_MS)
  job = connection:submit("stop", boot)
  connection:finish({ job }, PATIENCE_MS)
  return job
end

local function problem(job, what)
  if job.result == "done" then return nil end
  return ("%s: %s"):format(what, said.outcome(job))
end

--- Stop a server; stopping a stopped one is a success.
-- @param backend table {connect=function}
-- @param name string
-- @return true|nil, message, code
function M.run(backend, name)
  local connection <close> = backend:connect()
  local server = connection:submit("stop", units.server(name))
  -- Of a server that is stopped before it began, systemd would leave the mount.
  local mount = connection:submit("stop", units.mount(name))
  local boot = disable(connection, name)
  connection:finish({ server, mount }, PATIENCE_MS)
  local failure = problem(server, "the game") or problem(mount, "its files are still mounted")
    or problem(boot, "its start with the host")
  if failure then return nil, failure, server.code or mount.code or boot.code or "stop_failed" end
  return true
end

return M
