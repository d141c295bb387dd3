-- One child of a job: its output goes line by line into the log, and its group is ended with TERM, grace, KILL.
local tasks = require "scheduler.tasks"

local M = {}

local READ_BYTES = 65536
local GRACE_MS = 10000
local DRAIN_MS = 1000

local Process = {}
Process.__index = Process

-- Read what is there. Closes the stream's entry at its end. A write that fails is remembered: the job must end.
local function take(self, stream)
  for _ = 1, 16 do
    local chunk, why = self.child:read(stream.name, READ_BYTES)
    local lines
    if chunk then lines = stream.splitter:feed(chunk, self.clock.now())
    elseif why == "again" then return
    else
      lines = stream.splitter:finish(self.clock.now())
      self.streams[stream.fd] = nil
    end
    if lines ~= "" and not self.write_failed then
      local ok, _, code = self.write(lines)
      if not ok then self.write_failed = code end
    end
    if not chunk then return end
  end
end

-- The descriptors to wait for now.
local function interests(self)
  local fds = { [self.child:pidfd()] = "r" }
  if self.ended then fds = {} end
  for fd in pairs(self.streams) do fds[fd] = "r" end
  return fds
end

-- Ask the group to end; once asked, KILL follows after the grace.
local function ask_to_end(self)
  if self.kill_at then return end
  self.kill_at = self.clock.monotonic() + self.grace_ms
  self.child:kill("TERM", { group = true })
end

local function kill_when_due(self)
  if self.kill_at and not self.ended and self.clock.monotonic() >= self.kill_at then
    self.child:kill("KILL", { group = true })
    self.kill_at = self.clock.monotonic() + self.grace_ms
  end
end

local function patience(self)
  local now = self.clock.monotonic()
  if self.ended then return math.max(0, self.drain_until - now) end
  if self.kill_at then return math.max(0, self.kill_at - now) end
end

local function turn(self)
  local ready = self.tasks:any(self.what, interests(self), patience(self))
  for fd in pairs(ready or {}) do
    if self.streams[fd] then take(self, self.streams[fd]) end
  end
  if not self.ended then
    local status = self.child:wait()
    if status then
      self.ended, self.drain_until = status, self.clock.monotonic() + DRAIN_MS
      -- Descendants must not outlive the job, nor keep its pipes open.
      self.child:kill("KILL", { group = true })
    end
  end
  return ready ~= nil
end

--- Run until the child has ended and its output is read. Cancelling the task that runs this ends the child's
-- group; the child is still waited for.
-- @return table {kind=, code=, signal=|nil}
-- @return string|nil code of the failure to write the log, such as "ENOSPC"
function Process:finish()
  while not self.ended or next(self.streams) do
    local ok, err = pcall(turn, self)
    if not ok then
      if err ~= tasks.CANCELLED then error(err, 0) end
      ask_to_end(self)
    elseif self.ended and not err then
      break
    end
    if self.write_failed then ask_to_end(self) end
    kill_when_due(self)
  end
  return self.ended, self.write_failed
end

--- @param ports table {tasks, clock, grace_ms=|nil}
-- @param child host.proc handle with pipes for stdout and stderr
-- @param what string what the task waits for, in words
-- @param splitters table {stdout=, stderr=} of domain.job_log
-- @param write function(lines) → true | nil, message, code
function M.new(ports, child, what, splitters, write)
  local self = setmetatable({
    tasks = ports.tasks, clock = ports.clock, grace_ms = ports.grace_ms or GRACE_MS, child = child, what = what,
    write = write, streams = {},
  }, Process)
  for name, splitter in pairs(splitters) do
    local fd = child:fd(name)
    self.streams[fd] = { name = name, fd = fd, splitter = splitter }
  end
  return self
end

return M
