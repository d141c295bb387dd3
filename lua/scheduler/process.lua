-- One child of a job: its input, its output as lines, and its end: TERM to the group, a grace, KILL.
local job_log = require "domain.job_log"

local M = {}

local READ_BYTES = 16384
local SLICE_MS = 2 -- others wait no longer than this and one read's lines take
local GRACE_MS = 10000
-- How long output is waited for after the child's end: its group is gone by then, so what still holds the pipe is a
-- process that made itself a session of its own.
local DRAIN_MS = 1000
local MOST_HEARD = 65536

local Process = {}
Process.__index = Process

-- Whoever cannot write the log remembers why: finish() tells.
local function put(self, lines)
  if lines == "" or self.failure then return end
  local ok, _, code = self.write(lines)
  if not ok then self.failure = code or "EIO" end
end

local function close_output(self, stream)
  self.streams[stream.fd] = nil
  put(self, stream.splitter:finish(self.clock.now()))
end

local function read_output(self, stream)
  local began, lines = self.clock.monotonic(), {}
  local chunk, why
  repeat
    chunk, why = self.child:read(stream.name, READ_BYTES)
    if chunk then lines[#lines + 1] = stream.splitter:feed(chunk, self.clock.now()) end
  until not chunk or self.clock.monotonic() - began >= SLICE_MS
  put(self, table.concat(lines))
  if not chunk and why ~= "again" then close_output(self, stream) end
end

local function feed_input(self, stream)
  local written, why = self.child:write(self.input)
  if why == "again" then return end
  self.input = written and self.input:sub(written + 1) or ""
  if self.input == "" then
    self.streams[stream.fd] = nil
    self.child:close_stdin()
  end
end

-- The group is killed before its leader is waited for: until then its number cannot be another's.
local function reap(self)
  self.child:kill("KILL", { group = true })
  self.ended = self.child:wait()
  self.drain_until = self.clock.monotonic() + DRAIN_MS
end

local function interests(self)
  local fds = {}
  if not self.ended then fds[self.child:pidfd()] = "r" end
  for fd, stream in pairs(self.streams) do fds[fd] = stream.mode end
  return fds
end

-- Milliseconds until something has to be done without any event; nil when nothing has to be.
local function patience(self)
  local due = self.drain_until or self.kill_at
  return due and math.max(0, due - self.clock.monotonic())
end

local function kill_when_due(self)
  if self.ended or not self.kill_at or self.clock.monotonic() < self.kill_at then return end
  self.child:kill("KILL", { group = true })
  self.killed, self.kill_at = true, self.clock.monotonic() + GRACE_MS
end

local function turn(self)
  local pidfd = self.child:pidfd()
  local ready = self.tasks:any(self.what, interests(self), patience(self)) or {}
  for fd in pairs(ready) do
    local stream = self.streams[fd]
    if stream then stream.serve(self, stream) end
  end
  if not self.ended and ready[pidfd] then reap(self) end
  if self.failure then self:stop() end
  kill_when_due(self)
end

local function is_over(self)
  if not self.ended then return false end
  return next(self.streams) == nil or self.clock.monotonic() >= self.drain_until
end

--- Run until the child has ended and its output is read. Only a task may call this.
-- @return table {kind=, code=, signal=|nil}
-- @return string|nil code of the failure to write the log, such as "ENOSPC"
function Process:finish()
  self.task = self.tasks.current
  while not is_over(self) do turn(self) end
  for _, stream in pairs(self.streams) do
    if stream.splitter then close_output(self, stream) end
  end
  return self.ended, self.failure
end

--- Ask the group to end; what has not by the end of the grace is killed. Asked again, the earlier end counts.
-- @param grace_ms integer|nil
function Process:stop(grace_ms)
  if self.ended then return end
  local kill_at = self.clock.monotonic() + (grace_ms or self.grace_ms)
  if not self.kill_at then self.child:kill("TERM", { group = true }) end
  self.kill_at = math.min(self.kill_at or kill_at, kill_at)
  if self.task then self.tasks:nudge(self.task) end
end

--- Let go of the child; one that has not ended, because its task failed, is killed with its group.
function Process:close()
  if not self.ended then self.child:kill("KILL", { group = true }) end
  self.child:close()
end
Process.__close = Process.close

--- @return integer
function Process:pid()
  return self.child:pid()
end

local function add_output(self, name, tag)
  local fd = self.child:fd(name)
  self.streams[fd] = {
    name = name, fd = fd, mode = "r", serve = read_output, splitter = job_log.splitter(tag),
  }
end

local function add_input(self, input)
  self.input = input
  local fd = self.child:fd "stdin"
  self.streams[fd] = { fd = fd, mode = "w", serve = feed_input }
end

--- Start a child in a group of its own.
-- @param ports table {tasks, clock, proc, env=table, grace_ms=|nil}
-- @param command table {argv=, input=|nil}
-- @param options table {what=string for tasks:list(), write=function(lines) → true | nil, message, code}
-- @return table|nil process; close it
-- @return string|nil message, string|nil code
function M.start(ports, command, options)
  local child, message, code = ports.proc.spawn {
    argv = command.argv, env = ports.env, stdin = command.input and "pipe" or "null", stdout = "pipe", stderr = "pipe",
  }
  if not child then return nil, message, code end
  local self = setmetatable({
    tasks = ports.tasks, clock = ports.clock, grace_ms = ports.grace_ms or GRACE_MS, child = child, streams = {},
    what = options.what, write = options.write,
  }, Process)
  add_output(self, "stdout", "O")
  add_output(self, "stderr", "E")
  if command.input then add_input(self, command.input) end
  return self
end

--- Run a command to its end as host.proc.run does, while others have their turn. Only a task may call this.
-- @param ports table {tasks, clock, proc, env=table|nil}
-- @param command table {argv=, env=|nil default that of the ports, timeout_ms=|nil}
-- @return table|nil {kind=, code=, timed_out=boolean, stderr= its lines and those of stdout, mixed}
-- @return string|nil message, string|nil code
function M.run(ports, command)
  local heard, size = {}, 0
  local function write(lines)
    if size < MOST_HEARD then heard[#heard + 1] = lines:gsub("%f[^\n\0]%d+ %u ", "") end
    size = size + #lines
    return true
  end
  local running <close>, message, code = M.start(
    { tasks = ports.tasks, clock = ports.clock, proc = ports.proc, env = command.env or ports.env },
    { argv = command.argv }, { what = "the end of " .. command.argv[1], write = write })
  if not running then return nil, message, code end
  running.kill_at = command.timeout_ms and ports.clock.monotonic() + command.timeout_ms
  local ended = running:finish()
  return { kind = ended.kind, code = ended.code, timed_out = running.killed or false, stderr = table.concat(heard) }
end

return M
