-- Checks the host when somebody asks: `left4me check --keep` as a child, one at a time.
local M = {}

-- An integrity check of a large database, and a look at every file, take their time.
local PATIENCE_MS <const> = 5 * 60 * 1000

local Health = {}
Health.__index = Health

local function check(self)
  local ports = self.ports
  local result, message = self.run(ports,
    { argv = { ports.programs.left4me, "check", "--keep" }, timeout_ms = PATIENCE_MS })
  if not result then ports.log:warning("left4me check: %s", message) end
  ports.hub.ring("health")
end

--- The scheduler's bell rang: perhaps somebody asked.
function Health:wake()
  self.bell:ring()
end

--- The task: never returns.
function Health:work()
  while true do
    self.bell:wait("a question about the host's health")
    local asked = self.ports.hub.generation(self.topic)
    if asked ~= self.answered then
      self.answered = asked
      self.ports.tasks:try("left4me check", check, self)
    end
  end
end

--- @param ports table {tasks, hub, log, programs, and what `run` needs}
-- @param topic string what is rung by who asks
-- @param run function(ports, command) as scheduler.process.run
function M.new(ports, topic, run)
  return setmetatable({ ports = ports, topic = topic, run = run, bell = ports.tasks:bell(),
    answered = ports.hub.generation(topic) }, Health)
end

return M
