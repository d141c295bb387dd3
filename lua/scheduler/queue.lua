-- Claims jobs while there is room for one more and starts them; wakes by the bell, and each second by itself.
local M = {}

local Queue = {}
Queue.__index = Queue

--- Claim and start what can start now. Ends quietly when the database cannot be written; the next tick tries again.
function Queue:fill()
  while self.runner.count < self.limit do
    local ok, job, noted = pcall(self.ports.store.jobs.claim, self.ports.store.jobs, self.ports.clock.now())
    if not ok then
      self.ports.log:warning("no job can be claimed: %s", tostring(job))
      return
    end
    if (noted or 0) > 0 then self.ports.hub.ring("jobs") end
    if not job then return end
    self.runner:start(job, function() self.bell:ring() end)
  end
end

--- The queue's task: never returns.
-- @param tick_ms integer longest time until jobs enqueued by another process are seen
function Queue:run(tick_ms)
  while true do
    self.runner:cancel_requested()
    self:fill()
    self.bell:wait("a job to start or cancel", tick_ms)
  end
end

--- Look at the queue soon.
function Queue:wake()
  self.bell:ring()
end

--- @param ports table {store, clock, hub, log, tasks}
-- @param runner scheduler.runner
-- @param limit integer jobs at once
function M.new(ports, runner, limit)
  return setmetatable({ ports = ports, runner = runner, limit = limit, bell = ports.tasks:bell() }, Queue)
end

return M
