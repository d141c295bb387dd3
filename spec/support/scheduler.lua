-- The scheduler's parts on a throw-away directory: real children, files, tasks and database; a clock that can be put
-- forward, and a backend, bells and a log that are written down.
local database = require "spec.support.database"
local fs = require "host.fs"
local loop = require "host.loop"
local proc = require "host.proc"
local real_clock = require "host.clock"
local scenes = require "spec.support.scene"

local M = {}

local DEADLINE_MS = 20000

local Host = {}
Host.__index = Host

local function new_clock()
  local clock = { ahead = 0 }
  function clock.now() return real_clock.now() + clock.ahead end
  function clock.monotonic() return real_clock.monotonic() + clock.ahead end
  --- Put the clock forward.
  function clock.skip(ms) clock.ahead = clock.ahead + ms end
  return clock
end

local function new_hub()
  local hub = { rung = {}, closed = {} }
  function hub.ring(topic) hub.rung[#hub.rung + 1] = topic end
  function hub.close(topic, text) hub.closed[topic] = text end
  return hub
end

local function new_backend()
  local backend = { states = {}, asked = {}, changed = {}, ended_builds = {} }
  function backend:status(name)
    self.asked[#self.asked + 1] = name
    if self.states[name] == "broken" then error "the host cannot say" end
    return { state = self.states[name] or "stopped", error = self.error }
  end
  function backend:end_build(id) self.ended_builds[#self.ended_builds + 1] = id end
  function backend:glance()
    return function(name) return self:status(name) end
  end
  function backend:watch()
    local changed = self.changed
    self.changed = {}
    return changed
  end
  return backend
end

local function new_log(lines)
  return require("base.log").new { sink = function(line) lines[#lines + 1] = line end }
end

--- Let the tasks run until the condition holds; returns its value.
-- @param name string what is waited for
function Host:until_true(name, condition)
  local deadline = real_clock.monotonic() + DEADLINE_MS
  while true do
    local value = condition()
    if value then return value end
    assert(real_clock.monotonic() < deadline, "waited in vain for " .. name)
    self.ports.tasks:turn(5)
  end
end

--- Run a function as a task to its end; returns what it returned.
function Host:as_task(fn, ...)
  local result
  local arguments = table.pack(...)
  self.ports.tasks:spawn("spec", function()
    result = table.pack(pcall(fn, table.unpack(arguments, 1, arguments.n)))
  end)
  self:until_true("the task's end", function() return result end)
  assert(result[1], result[2])
  return table.unpack(result, 2, result.n)
end

--- A program of the host: a bash script.
-- @param name string "left4me" or "l4d2ctl"
function Host:program(name, script)
  assert(self.ports.root:write(name, "#!/bin/bash\n" .. script .. "\n", 493)) -- 0755
end

--- What a job's log holds, without times; nil when there is none.
function Host:log_of(id)
  local text = self.ports.root:read(require("domain.job_log").path(id), 1 << 26)
  return text and (text:gsub("%f[^\n\0]%d+ ", ""))
end

M.alive = require("spec.support.instance").alive

--- Forget what rang; returns it as a set.
function Host:rang()
  local set = {}
  for _, topic in ipairs(self.ports.hub.rung) do set[topic] = true end
  self.ports.hub.rung = {}
  return set
end

function Host:close()
  self.ports.tasks:cancel_all()
  self.ports.loop:close()
  self.ports.db:close()
  proc.run { argv = { "rm", "-rf", "--", self.path }, timeout_ms = 60000 }
end

--- @param options {keep=logs to keep, d=connection}|nil
function M.new(options)
  options = options or {}
  local path = assert(proc.run { argv = { "mktemp", "-d" }, timeout_ms = 5000 }).stdout:gsub("%s+$", "")
  local self = setmetatable({ path = path, lines = {} }, Host)
  local d = options.d or database.open()
  local ports = {
    db = d, store = require("store").new(d), clock = new_clock(), hub = new_hub(), log = new_log(self.lines),
    crypto = require "host.crypto",
    root = assert(fs.root(path)), proc = proc, loop = assert(loop.new()), backend = new_backend(),
    config = { root = path },
    programs = { left4me = path .. "/left4me", l4d2ctl = path .. "/l4d2ctl" },
  }
  ports.fs = ports.root
  ports.tasks = require("scheduler.tasks").new(ports)
  ports.services = require("services").new(ports)
  ports.retention = require("scheduler.retention").new(ports.root, options.keep or 100)
  ports.reserve = require("scheduler.reserve").new(ports.root, function(count) return ("r"):rep(count) end)
  assert(ports.root:mkdirs "logs/jobs")
  assert(ports.root:mkdirs "run")
  self.ports, self.scene = ports, scenes.new(d)
  return self
end

return M
