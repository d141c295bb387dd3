-- Keeps the shown state of servers true: a look at each every interval, and at once when the backend saw a change.
local M = {}

local Poller = {}
Poller.__index = Poller

local PAGE = 200

-- Note what the host says of one server, unless a job is working on it.
local function refresh(self, id)
  local store = self.ports.store
  if store.jobs:busy_servers()[id] then return false end
  local seen = self.ports.backend:status(tostring(id))
  return store.servers:set_actual(id, { state = seen.state, error = seen.error, at = self.ports.clock.now() })
end

local function guarded(self, id)
  local ok, changed = pcall(refresh, self, id)
  if not ok then self.ports.log:warning("state of server %d: %s", id, tostring(changed)) end
  return ok and changed
end

--- Look at every server once.
function Poller:sweep()
  local after, changed = 0, false
  repeat
    local page = self.ports.store.servers:list { after = after, limit = PAGE }
    for _, server in ipairs(page) do changed = guarded(self, server.id) or changed end
    after = page.next
  until not after
  if changed then
    self.ports.hub.ring("servers")
    self.ports.hub.ring("scheduler")
  end
end

--- Look at the servers the backend saw change: ring their logs' topics and refresh their states.
function Poller:changes()
  local changed = false
  for _, name in ipairs(self.ports.backend:watch()) do
    self.ports.hub.ring("server:" .. name)
    local id = math.tointeger(tonumber(name))
    changed = id and guarded(self, id) or changed
  end
  if changed then
    self.ports.hub.ring("servers")
    self.ports.hub.ring("scheduler")
  end
end

--- The poller's tasks: never return.
-- @param interval_ms integer between sweeps
function Poller:run(interval_ms)
  while true do
    self:sweep()
    self.ports.reserve:keep()
    self.ports.tasks:sleep(interval_ms, "the next look at all servers")
  end
end

--- @param tick_ms integer between looks at what changed
function Poller:follow(tick_ms)
  while true do
    self:changes()
    self.ports.tasks:sleep(tick_ms, "changes of servers")
  end
end

--- @param ports table {store, clock, hub, log, tasks, backend, reserve}
function M.new(ports)
  return setmetatable({ ports = ports }, Poller)
end

return M
