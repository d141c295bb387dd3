-- One coroutine per task on one epoll loop; every wait has a name, so that a stuck task can be seen.
--
--   local task = tasks:spawn("job 7", function() … end)     runs until its first wait at once
--   tasks:sleep(ms)                                          wait for time
--   tasks:readable(fd, "the console"), tasks:writable(fd, …) wait for one descriptor
--   tasks:any("the child", {[fd] = "r", …}, timeout_ms)      → set of ready descriptors, or nil on timeout
--   local bell = tasks:bell(); bell:wait("work", ms); bell:ring()
--   tasks:nudge(task)                                        its wait ends as if its time were up
--   tasks:cancel(task)                                       its wait raises tasks.CANCELLED
--   tasks:lives(task)                                        whether it has not ended
--   tasks:list()                                             → {name, waits_for, since} of every task
--
-- A body runs under xpcall inside its coroutine, so to-be-closed variables are closed there and may wait.
local timers = require "scheduler.timers"

local M = {}

M.CANCELLED = setmetatable({}, { __tostring = function() return "cancelled" end })

local Tasks = {}
Tasks.__index = Tasks

local Bell = {}
Bell.__index = Bell

local function resume(self, task, ...)
  local before = self.current
  self.current = task
  task.waits_for = nil
  local ok, err = coroutine.resume(task.thread, ...)
  self.current = before
  if coroutine.status(task.thread) == "dead" then
    self.all[task] = nil
    if not ok then self.log:error("task %s: %s", task.name, tostring(err)) end
  end
end

local function unwatch(self, task)
  for fd in pairs(task.fds or {}) do
    self.loop:del(fd)
    self.waiting[fd] = nil
  end
  if task.timer then self.timers:remove(task.timer) end
  if task.bell then task.bell.waiters[task] = nil end
  task.fds, task.timer, task.bell = nil, nil, nil
end

-- Suspend the current task. Returns what wake() was given.
local function suspend(self, what, timeout_ms)
  local task = assert(self.current, "only a task can wait")
  if task.cancelled and not task.told then
    unwatch(self, task)
    task.told = true
    error(M.CANCELLED, 0)
  end
  task.waits_for, task.since, task.waits = what, self.clock.now(), task.waits + 1
  if timeout_ms then task.timer = self.timers:add(self.clock.monotonic() + timeout_ms, task) end
  local result = coroutine.yield()
  if result == M.CANCELLED then
    task.told = true
    error(M.CANCELLED, 0)
  end
  return result
end

local function wake(self, task, value)
  if not task.waits_for then return end
  unwatch(self, task)
  resume(self, task, value)
end

-- Wake a task in this turn or the next, not from within another task. It counts for the wait it is in now only.
local function make_ready(self, task, value)
  table.insert(self.ready, { task = task, waits = task.waits, value = value })
end

--- Start a task. It runs at once, until it first waits.
-- @param name string
-- @param body function
-- @return table task
function Tasks:spawn(name, body)
  local task = { name = name, since = self.clock.now(), waits = 0 }
  task.thread = coroutine.create(function()
    local ok, err = xpcall(body, function(e)
      return e == M.CANCELLED and e or type(e) == "string" and debug.traceback(e, 2) or e
    end)
    if not ok and err ~= M.CANCELLED then self.log:error("task %s: %s", name, tostring(err)) end
  end)
  self.all[task] = true
  resume(self, task)
  return task
end

--- Wait for a time.
-- @param ms integer
function Tasks:sleep(ms, what)
  suspend(self, what or "time", ms)
end

--- Wait until one of several descriptors is ready. A descriptor is waited for by one task at a time.
-- @param what string what is waited for, in words
-- @param fds table fd → "r" or "w"
-- @param timeout_ms integer|nil
-- @return table|nil set of ready descriptors; nil when time is up
function Tasks:any(what, fds, timeout_ms)
  local task = assert(self.current, "only a task can wait")
  task.fds = {}
  for fd, mode in pairs(fds) do
    local ok, message = false, "a descriptor is waited for twice"
    if not self.waiting[fd] then ok, message = self.loop:add(fd, mode, fd) end
    if not ok then
      unwatch(self, task)
      error(message, 2)
    end
    self.waiting[fd], task.fds[fd] = task, mode
  end
  return suspend(self, what, timeout_ms)
end

--- Wait until a descriptor is readable.
-- @return boolean false when time is up
function Tasks:readable(fd, what, timeout_ms)
  return self:any(what, { [fd] = "r" }, timeout_ms) ~= nil
end

--- Wait until a descriptor is writable.
-- @return boolean false when time is up
function Tasks:writable(fd, what, timeout_ms)
  return self:any(what, { [fd] = "w" }, timeout_ms) ~= nil
end

--- A bell tasks can wait for and anyone in this state can ring. A ring nobody waits for is remembered, once.
function Tasks:bell()
  return setmetatable({ tasks = self, waiters = {}, rung = false }, Bell)
end

--- Wake every task that waits for the bell, or the next one that will.
function Bell:ring()
  self.rung = next(self.waiters) == nil
  for task in pairs(self.waiters) do
    self.waiters[task] = nil
    make_ready(self.tasks, task, true)
  end
end

--- Wait for the bell.
-- @return boolean true when it rang, false when time is up
function Bell:wait(what, timeout_ms)
  if self.rung then
    self.rung = false
    return true
  end
  local task = assert(self.tasks.current, "only a task can wait")
  self.waiters[task], task.bell = true, self
  return suspend(self.tasks, what, timeout_ms) ~= nil
end

--- End the wait a task is in, as if its time were up.
function Tasks:nudge(task)
  make_ready(self, task, nil)
end

--- Cancel a task: the wait it is in, or its next one, raises CANCELLED. Once.
function Tasks:cancel(task)
  if not self.all[task] or task.cancelled then return end
  task.cancelled = true
  wake(self, task, M.CANCELLED)
end

--- Whether a task has not ended yet.
-- @return boolean
function Tasks:lives(task)
  return self.all[task] ~= nil
end

--- Cancel every task. What a task waits for while it unwinds it waits for in vain.
function Tasks:cancel_all()
  local tasks = {}
  for task in pairs(self.all) do tasks[#tasks + 1] = task end
  for _, task in ipairs(tasks) do self:cancel(task) end
end

--- Run what may fail without ending its task: a failure is logged. Being cancelled still ends it.
-- @param what string what is done, in words
-- @param fn function
-- @return boolean whether it did not fail
function Tasks:try(what, fn, ...)
  local ok, raised = pcall(fn, ...)
  if raised == M.CANCELLED then error(raised, 0) end
  if not ok then self.log:warning("%s: %s", what, tostring(raised)) end
  return ok
end

--- Every task: what it waits for, and since when.
-- @return table list of {name=, waits_for=, since= unix ms}, by name
function Tasks:list()
  local out = {}
  for task in pairs(self.all) do
    out[#out + 1] = { name = task.name, waits_for = task.waits_for or "nothing: it runs", since = task.since }
  end
  table.sort(out, function(a, b) return a.name < b.name end)
  return out
end

-- Let the loop wait; note which tasks have descriptors that are ready.
local function collect(self, wait)
  local sets = {}
  for _, event in ipairs(self.loop:wait(wait)) do
    local task = self.waiting[event.tag]
    if task then
      if not sets[task] then
        sets[task] = {}
        make_ready(self, task, sets[task])
      end
      sets[task][event.tag] = true
    end
  end
end

--- Wait for events once and let the tasks they wake run.
-- @param limit_ms integer|nil longest wait
function Tasks:turn(limit_ms)
  local wait = self.timers:wait(self.clock.monotonic())
  if #self.ready > 0 then wait = 0
  elseif limit_ms and (wait < 0 or wait > limit_ms) then wait = limit_ms end
  collect(self, wait)
  local ready = self.ready
  self.ready = {}
  for _, entry in ipairs(ready) do
    if entry.task.waits == entry.waits then wake(self, entry.task, entry.value) end
  end
  local now = self.clock.monotonic()
  for task in function() return self.timers:due(now) end do
    task.timer = nil
    wake(self, task, nil)
  end
end

--- Turn until the condition holds.
-- @param done function → boolean
function Tasks:run(done)
  while not done() do self:turn() end
end

--- @param ports table {loop=host.loop handle, clock=host.clock, log=base.log}
function M.new(ports)
  return setmetatable({
    loop = ports.loop, clock = ports.clock, log = ports.log, timers = timers.new(), all = {}, waiting = {}, ready = {},
  }, Tasks)
end

return M
