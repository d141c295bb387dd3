-- Stops a server: its supervisor in order, or what a killed supervisor left.
local clock = require "host.clock"
local loop = require "host.loop"
local proc = require "host.proc"
local restart = require "domain.restart"
local state = require "backends.standalone.state"

local M = {}

-- What the supervisor may need beyond the game's own time.
local MARGIN_MS = 10000

-- Wait until an adopted process is gone.
local function gone(process, timeout_ms)
  local poll <close> = loop.new()
  poll:add(process:pidfd(), "r", "end")
  local deadline = clock.monotonic() + timeout_ms
  repeat
    if process:exited() then return true end
    poll:wait(math.max(0, deadline - clock.monotonic()))
  until clock.monotonic() >= deadline
  return process:exited()
end

local function finish(identity, signal, timeout_ms)
  if not identity then return true end
  local process, err, code = proc.adopt(identity.pid, identity.start_time)
  if not process then
    if code == "ESRCH" then return true end
    return nil, err, code
  end
  local ok
  ok, err, code = process:kill(signal)
  if ok or code == "ESRCH" then
    ok = gone(process, timeout_ms)
    err, code = "it does not end", "ETIMEDOUT"
  end
  process:close()
  if not ok then return nil, err, code end
  return true
end

--- Stop a server; stopping a stopped one is a success.
-- @param backend table {dir=, policy=}
-- @param name string
-- @return true|nil, message, code
function M.run(backend, name)
  local record = state.read(backend.dir, name)
  if not record then return true end
  local patience = (backend.policy or restart.policy).stop_ms + MARGIN_MS
  local ok, err, code = finish(record.supervisor, "TERM", patience)
  if not ok and code == "ETIMEDOUT" then ok, err, code = finish(record.supervisor, "KILL", MARGIN_MS) end
  if not ok then return nil, "the server's supervisor: " .. err, code end
  -- The kernel ends a game whose supervisor was killed; should it not have, this does.
  ok, err, code = finish(record.game, "KILL", MARGIN_MS)
  if not ok then return nil, "the game: " .. err, code end
  return true
end

return M
