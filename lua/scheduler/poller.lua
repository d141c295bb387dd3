-- Keeps the shown state of servers true: a look at each every interval, and at once when the backend saw a change.
local topics = require "domain.topics"

local M = {}

local Poller = {}
Poller.__index = Poller

local PAGE = 50
-- How long the poller keeps the thread before jobs and consoles get their turn.
local SLICE_MS = 5
-- What changes in quick succession is looked at once: a game may print a line at a time.
local PAUSE_MS = 50
-- How often to ask a backend that cannot tell, and for a state that is about to change.
local TICK_MS = 500

-- → whether others had their turn
local function pace(self)
  local clock = self.ports.clock
  if clock.monotonic() - self.slice_began < SLICE_MS then return false end
  self.ports.tasks:sleep(0, "its next turn")
  self.slice_began = clock.monotonic()
  return true
end

-- Note what the host says of a server when that is news. A process that ends is still seen alive for a moment after
-- the kernel told of its end, and what is neither running nor stopped will soon be either: both are looked at again.
local function look(self, server, glance)
  local ports, name = self.ports, tostring(server.id)
  local seen = glance and glance(name) or ports.backend:status(name)
  self.doubtful[server.id] = seen.state == "unknown" or nil
  if seen.state == server.actual_state and (seen.error or "") == server.last_error then return end
  local told = { state = seen.state, error = seen.error, reason = seen.reason, at = ports.clock.now() }
  if ports.store.servers:set_actual(server.id, told) then
    self.news[#self.news + 1] = server.id
  end
end

local function guarded_look(self, server, glance)
  self.ports.tasks:try(("state of server %d"):format(server.id), look, self, server, glance)
end

-- Pages show it, and a build may have waited for a stop.
local function tell(self)
  local news, hub = self.news, self.ports.hub
  if #news == 0 then return end
  self.news = {}
  hub.ring("servers")
  for _, id in ipairs(news) do hub.ring(topics.object("server", id)) end
  hub.ring("scheduler")
end

local function sweep_page(self, page)
  local store, busy, glance = self.ports.store, nil, nil
  for _, server in ipairs(page) do
    busy, glance = busy or store.jobs:on_servers(), glance or self.ports.backend:glance()
    if not busy[server.id] then guarded_look(self, server, glance) end
    if pace(self) then busy, glance = nil, nil end -- what was seen is old by now
  end
  store.servers:set_checked(page[1].id, page[#page].id, self.ports.clock.now())
  tell(self)
end

--- Look at every server no job works on, in slices. Only a task may call this.
function Poller:sweep()
  local after = 0
  self.slice_began = self.ports.clock.monotonic()
  repeat
    local page = self.ports.store.servers:list { after = after, limit = PAGE }
    if #page > 0 then sweep_page(self, page) end
    after = page.next
  until not after
end

--- Look at what the backend saw change: ring the servers' logs, refresh their states. Only a task may call this.
function Poller:changes()
  local store, busy = self.ports.store, nil
  self.slice_began = self.ports.clock.monotonic()
  for name, what in pairs(self.ports.backend:watch()) do
    self.ports.hub.ring("server:" .. name)
    local server = what == "status" and store.servers:get(math.tointeger(tonumber(name)) or 0)
    busy = busy or store.jobs:on_servers()
    if server and not busy[server.id] then
      guarded_look(self, server)
      self.doubtful[server.id] = true
    end
    pace(self)
  end
  tell(self)
end

-- Look again at the servers whose state is in doubt; the end of a job that began meanwhile will tell by itself.
local function settle_doubts(self)
  local store, doubtful = self.ports.store, self.doubtful
  self.doubtful = {}
  local busy = store.jobs:on_servers()
  for id in pairs(doubtful) do
    local server = store.servers:get(id)
    if server and not busy[id] then guarded_look(self, server) end
    pace(self)
  end
  tell(self)
end

--- The task that looks at all servers now and then: never returns.
-- @param interval_ms integer
function Poller:run(interval_ms)
  while true do
    self.ports.tasks:try("the look at all servers", self.sweep, self)
    self.ports.reserve:keep()
    self.ports.tasks:sleep(interval_ms, "the next look at all servers")
  end
end

--- The task that follows what changes: never returns.
function Poller:follow()
  local ports = self.ports
  while true do
    ports.tasks:try("changes of servers", self.changes, self)
    ports.tasks:sleep(PAUSE_MS, "more changes of servers")
    if next(self.doubtful) then ports.tasks:try("servers in doubt", settle_doubts, self) end
    local fd = ports.backend:watch_fd()
    if fd then ports.tasks:readable(fd, "changes of servers", next(self.doubtful) and TICK_MS or nil)
    else ports.tasks:sleep(TICK_MS, "changes of servers") end
  end
end

--- @param ports table {store, clock, hub, tasks, backend, reserve}
function M.new(ports)
  return setmetatable({ ports = ports, news = {}, doubtful = {}, slice_began = 0 }, Poller)
end

return M
