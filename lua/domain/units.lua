-- systemd's units of this product: their names, what their states mean for an owner, and how a run ended, in words.
local endings = require "domain.endings"
local instance = require "domain.instance"

local M = {}

local GIB, MIB = 1 << 30, 1 << 20

--- The state directory the units know; they know no other.
M.ROOT = "/var/lib/left4me"

--- Every game server on this host.
M.SERVERS = "left4me-server@*.service"

--- Limits of deploy/units that a person is told of: bytes, tasks, seconds.
M.build_limits = { memory = 4 * GIB, tasks = 512, seconds = 3600 }
M.server_limits = { memory = 2 * GIB, tasks = 256 }

--- The unit that runs a game server.
-- @param name string a valid instance name
-- @return string
function M.server(name)
  return ("left4me-server@%s.service"):format(name)
end

--- The unit that holds a game server's overlay mounted.
function M.mount(name)
  return ("left4me-mount@%s.service"):format(name)
end

--- The unit that is active while a game server is to start with the host.
function M.boot(name)
  return ("left4me-boot@%s.service"):format(name)
end

--- The unit that removes what only root can remove of a game server's files.
function M.purge(name)
  return ("left4me-purge@%s.service"):format(name)
end

--- The unit that builds or wipes an overlay.
-- @param id integer
function M.build(id)
  return ("build-overlay@%d.service"):format(id)
end

--- The unit that puts a build's script and overlay in place.
-- @param id integer
function M.stage(id)
  return ("left4me-stage@%d.service"):format(id)
end

--- The server of a unit.
-- @param unit string
-- @return string|nil its name; nil when it is no game server's unit
function M.server_of(unit)
  local name = unit:match("^left4me%-server@(.*)%.service$")
  return instance.valid_name(name) and name or nil
end

-- ActiveState of org.freedesktop.systemd1.Unit → what an owner is told. What else there is will soon be one of these.
local STATES = { active = "running", inactive = "stopped", failed = "stopped" }

--- What a unit's ActiveState means for an owner.
-- @param active string|nil nil when nobody knows
-- @return string running, stopped or unknown
function M.state(active)
  return STATES[active] or "unknown"
end

-- Units that have done their work when they are inactive again; the others have not begun it.
local PASSING = { "^build%-overlay@", "^left4me%-purge@" }

local function passes(unit)
  for _, pattern in ipairs(PASSING) do
    if unit:find(pattern) then return true end
  end
  return false
end

--- What became of a job that nobody told the end of, from the state its unit is in.
-- @param verb string start or stop
-- @param unit string
-- @param properties table of host.bus: ActiveState, SubState, Result
-- @return string done, failed or canceled, as systemd says of jobs
function M.outcome(verb, unit, properties)
  local state = properties.ActiveState
  if verb == "stop" then return (state == "inactive" or state == "failed") and "done" or "canceled" end
  if state == "failed" or properties.SubState == "auto-restart" then return "failed" end
  if state == "inactive" and not passes(unit) then return "failed" end
  return properties.Result ~= nil and properties.Result ~= "success" and "failed" or "done"
end

local function size(bytes)
  if bytes % GIB == 0 then return ("%d GiB"):format(bytes // GIB) end
  return ("%d MiB"):format(bytes // MIB)
end

-- Result of org.freedesktop.systemd1.Service (systemd.exec(5), $SERVICE_RESULT) → phrase.
local WORDS = {
  ["oom-kill"] = function(_, limits) return endings.memory { size = size(limits.memory) } end,
  ["start-limit-hit"] = function() return endings.too_often() end,
  timeout = function(_, limits)
    return limits.seconds and endings.time { seconds = limits.seconds } or endings.deaf()
  end,
  watchdog = function() return endings.silent() end,
  signal = function(p) return endings.signal { signal = p.ExecMainStatus or 0 } end,
  ["core-dump"] = function(p) return endings.crash { signal = p.ExecMainStatus or 0 } end,
  ["exit-code"] = function(p) return endings.code { code = p.ExecMainStatus or 0 } end,
  resources = function() return endings.setup() end,
  protocol = function() return endings.unready() end,
}

--- How a unit's last run ended.
-- @param properties table of host.bus: Result, ExecMainStatus
-- @param limits table {memory=bytes, seconds=integer|nil} that held for it
-- @return table|nil phrase of domain.endings; nil when it ended well
function M.ending(properties, limits)
  local result = properties.Result
  if not result or result == "success" then return nil end
  local say = WORDS[result]
  return say and say(properties, limits) or endings.other { result = result }
end

--- The exit code of a unit's last run, as a shell would give it; 124 after its time was up.
-- @param properties table of host.bus: Result, ExecMainStatus
-- @return integer
function M.exit_code(properties)
  local result, status = properties.Result, properties.ExecMainStatus or 0
  if not result or result == "success" then return 0 end
  if result == "exit-code" then return status > 0 and status or 1 end
  if result == "signal" or result == "core-dump" then return 128 + status end
  if result == "oom-kill" then return 137 end
  if result == "timeout" then return 124 end
  return 1
end

return M
