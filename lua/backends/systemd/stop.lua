-- Stops a server's unit, and keeps it from starting with the host; ends when nothing of it is mounted any more.
local units = require "domain.units"

local M = {}

-- Longer than the unit has to end its game, and to give up its mount.
local PATIENCE_MS, MOUNT_MS = 60000, 30000

-- Only an active unit can be stopped, and stopping it is what keeps the server from starting with the host.
local function arm(connection, name)
  if connection:ask("property", units.boot(name), "ActiveState") == "active" then return end
  if connection:ask("enabled", units.server(name)) ~= "enabled" then return end
  connection:finish({ connection:submit("start", units.boot(name)) }, PATIENCE_MS)
end

local function problem(job, what)
  if job.result == "done" then return nil end
  return ("%s: %s"):format(what, job.message or "systemd says: " .. (job.result or "no answer in time"))
end

--- Stop a server; stopping a stopped one is a success.
-- @param backend table {connect=function}
-- @param name string
-- @return true|nil, message, code
function M.run(backend, name)
  local connection <close> = backend:connect()
  arm(connection, name)
  local server, boot = connection:submit("stop", units.server(name)), connection:submit("stop", units.boot(name))
  connection:finish({ server, boot }, PATIENCE_MS)
  local failure = problem(server, "the game") or problem(boot, "its start with the host")
  if failure then return nil, failure, server.code or boot.code or "stop_failed" end
  if not connection:rest(units.mount(name), MOUNT_MS) then
    return nil, "its files are still mounted", "ETIMEDOUT"
  end
  return true
end

return M
