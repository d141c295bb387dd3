-- Claims jobs while there is room for one more and starts them; sleeps until it is woken.
local schedule = require "domain.schedule"
local topics = require "domain.topics"

local M = {}

local Queue = {}
Queue.__index = Queue

-- How soon a database that was busy or full is tried again.
local RETRY_MS = 1000

--- Claim and start what can start now; note of the rest why it waits.
function Queue:fill()
  local store, hub = self.ports.store, self.ports.hub
  local function tell(noted)
    for _, job in ipairs(noted) do
      for _, topic in ipairs(topics.of_job(job)) do hub.ring(topic) end
    end
  end
  while self.runner.count < self.limit do
    local job, noted = store.jobs:claim(self.ports.clock.now())
    tell(noted)
    if not job then break end
    self.runner:start(job, function() self.bell:ring() end)
  end
  if self.runner.count >= self.limit then tell(store.jobs:note_reasons(schedule.full(self.limit))) end
end

local function look(self)
  self.runner:cancel_requested()
  self:fill()
end

--- The queue's task: never returns.
function Queue:run()
  while true do
    local ok = self.ports.tasks:try("the queue", look, self)
    self.bell:wait("a job to start or cancel", not ok and RETRY_MS or nil)
  end
end

--- Look at the queue soon.
function Queue:wake()
  self.bell:ring()
end

--- @param ports table {store, clock, hub, tasks}
-- @param runner scheduler.runner
-- @param limit integer jobs at once
function M.new(ports, runner, limit)
  return setmetatable({ ports = ports, runner = runner, limit = limit, bell = ports.tasks:bell() }, Queue)
end

return M
