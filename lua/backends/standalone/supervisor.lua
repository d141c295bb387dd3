-- The supervisor of one server: runs the game, keeps its log, starts it again after a crash, ends it in order.
local clock = require "host.clock"
local console_log = require "backends.standalone.console_log"
local game = require "backends.standalone.game"
local instance = require "domain.instance"
local loop = require "host.loop"
local phrase = require "base.phrase"
local preflight = require "backends.preflight"
local restart = require "domain.restart"
local runtime = require "host.runtime"
local signal = require "host.signal"
local state = require "backends.standalone.state"

local M = {}

local Supervisor = {}
Supervisor.__index = Supervisor

local READ_BYTES = 65536
-- How soon a status that could not be written is tried again.
local RETRY_MS = 500

local function new_invocation()
  local file = assert(io.open("/proc/sys/kernel/random/uuid"))
  local uuid = file:read("l")
  file:close()
  return (uuid:gsub("-", ""))
end

-- What a full disk keeps from being written is tried again: without a record nobody could stop this server.
function Supervisor:write_record()
  local ok, err = state.write(self.dir, self.name, self.record)
  if ok then self.record = nil end
  return ok, err
end

function Supervisor:publish(word, fields)
  self.state = word
  local record = {
    name = self.name, state = word, supervisor = self.identity, since = clock.now(),
    invocation = self.invocation, restarts = self.restarts,
    game = self.child and state.identity(self.child:pid()) or nil,
  }
  for key, value in pairs(fields or {}) do record[key] = value end
  self.record = record
  return self:write_record()
end

function Supervisor:launch()
  local child, err = game.spawn(self.dir, self.name)
  if not child then return nil, err end
  self.child = child
  restart.note(self.policy, self.starts, clock.monotonic())
  self.loop:add(child:pidfd(), "r", "end")
  self.loop:add(child:fd("stdout"), "r", "output")
  self.reading = true
  self:publish("running")
  collectgarbage()
  return true
end

-- One piece of the game's output a call, so that a flood of it delays no signal.
function Supervisor:copy_output()
  local chunk, why = self.child:read("stdout", READ_BYTES)
  if chunk then self.log:write(chunk) end
  if why == "eof" then self:stop_reading() end
  return chunk
end

function Supervisor:stop_reading()
  if self.reading then self.loop:del(self.child:fd("stdout")) end
  self.reading = false
end

-- The game's end, told by its process descriptor; everything in its namespace is gone by then.
function Supervisor:game_ended()
  local exit = self.child:wait()
  if not exit then return end
  while self:copy_output() do end -- what the pipe still holds
  self:stop_reading()
  self.loop:del(self.child:pidfd())
  self.child:close()
  self.child = nil
  self.deadline = nil
  self:after(exit)
end

function Supervisor:after(exit)
  local how = restart.describe(exit)
  if self.state == "stopping" then return self:finish("stopped", how, "the server was stopped") end
  local now = clock.monotonic()
  local answer, at = restart.after(self.policy, self.starts, now, exit)
  if answer == "stopped" then return self:finish("stopped", how, "the game ended by itself") end
  if answer == "failed" then
    return self:finish("failed", how, restart.gave_up(self.policy, exit))
  end
  self.restarts = self.restarts + 1
  self.deadline = at
  self.log:note(("the game ended with %s: starting it again in %g s"):format(how, (at - now) / 1000))
  self:publish("waiting", { exit = how })
end

-- why: a sentence, or a phrase.
function Supervisor:finish(word, how, why)
  local failed, sentence = word == "failed", tostring(why)
  self.log:note(sentence)
  self:publish(word, { exit = how, error = failed and sentence or nil,
    reason = failed and phrase.is(why) and phrase.pack(why) or nil })
  self.done = true
end

function Supervisor:stop()
  if self.state == "stopping" then return end
  if not self.child then return self:finish("stopped", nil, "the server was stopped") end
  self:publish("stopping")
  self.child:kill("INT")
  self.deadline = clock.monotonic() + self.policy.stop_ms
end

function Supervisor:time_is_up()
  self.deadline = nil
  if self.state == "stopping" then
    self.log:note(("the game did not end within %g s: killing it"):format(self.policy.stop_ms / 1000))
    self.child:kill("KILL")
    return
  end
  local ok, err = self:launch()
  if not ok then self:finish("failed", nil, err) end
end

local on = {}

function on.signals(self)
  while self.signals:read() do self:stop() end
end

function on.output(self)
  if self.child then self:copy_output() end
end

on["end"] = function(self)
  if self.child then self:game_ended() end
end

function Supervisor:timeout()
  local due = self.deadline and math.max(0, self.deadline - clock.monotonic())
  if self.record then return math.min(due or RETRY_MS, RETRY_MS) end
  return due or -1
end

function Supervisor:work()
  while not self.done do
    for _, event in ipairs(self.loop:wait(self:timeout())) do on[event.tag](self) end
    if self.deadline and clock.monotonic() >= self.deadline then self:time_is_up() end
    if self.record then self:write_record() end
  end
end

function Supervisor:close()
  if self.child then self.child:close() end
  self.log:close()
  self.signals:close()
  self.loop:close()
end
Supervisor.__close = Supervisor.close

local function new(options)
  local invocation = new_invocation()
  local log, err = console_log.open(options.dir, options.name, invocation, options.limits)
  if not log then return nil, err end
  local self = setmetatable({
    dir = options.dir, name = options.name, policy = options.policy or restart.policy, log = log,
    invocation = invocation, identity = state.identity((runtime.ids())), starts = {}, restarts = 0,
    signals = assert(signal.watch { "TERM", "INT" }), loop = assert(loop.new()), state = "starting",
  }, Supervisor)
  self.loop:add(self.signals:fd(), "r", "signals")
  return self
end

local function supervise(options, report)
  local self <close>, err = new(options)
  if not self then
    report("failed: " .. err)
    return 1
  end
  local ok
  ok, err = self:publish("starting")
  if ok then ok, err = preflight.can_start(self.dir, self.name) end
  if ok then ok, err = self:launch() end
  if not ok then
    self:finish("failed", nil, err)
    report("failed: " .. err)
    return 1
  end
  report("running")
  self:work()
  return self.state == "failed" and 1 or 0
end

--- Supervise one server until it is stopped, ends by itself, or fails too often.
-- Only a single-threaded process may call this. May block for the whole life of the server.
-- @param options table {dir=host.fs root of the state directory, name=, policy=table|nil as
--   domain.restart.policy, limits=table|nil as console_log.limits}
-- @param report function(line) called once: "running", "busy" (another supervisor is there) or
--   "failed: …"
-- @return integer exit code
function M.run(options, report)
  options.dir:mkdirs("run/servers", 488) -- 0750
  local paths = instance.paths(options.name)
  local lock <close>, holder, code = options.dir:lock(paths.lock, ("%d\n"):format(runtime.ids()))
  if not lock then
    report(code == "EWOULDBLOCK" and "busy" or "failed: " .. tostring(holder))
    return 1
  end
  return supervise(options, report)
end

return M
