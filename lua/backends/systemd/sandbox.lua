-- Runs a build or a wipe in its unit: starts it, passes its output on, ends it when asked, and says how it ended.
local clock = require "host.clock"
local cgroup = require "domain.cgroup"
local journal = require "host.journal"
local loaded = require "backends.systemd.loaded"
local output = require "backends.systemd.output"
local said = require "backends.systemd.said"
local signal = require "host.signal"
local units = require "domain.units"
local waiting = require "backends.systemd.waiting"

local M = {}

local Sandbox = {}
Sandbox.__index = Sandbox

-- systemd ends a build that was asked to end after ten seconds.
local END_MS = 20000
-- How soon the last lines are looked for again once the build has ended: whoever waits for it waits for them.
local GLANCE_MS = 2
-- How long the last line of a build that came to its end may take through a journal that is being restarted.
local MARK_MS = 10000
-- How often a running build's use of its limits is looked at.
local LOOK_MS = 1000

local EXIT <const> = { failed = 1, terminated = 143 }

-- Of a build that is stopped before it began, systemd leaves the staging: it is to be stopped by name.
local function submit_stop(connection, build)
  return { connection:submit("stop", build.unit), connection:submit("stop", build.stage) }
end

-- Left by someone whose process was killed while it ran: it is nobody's any more, and what is staged is another script.
local function end_former(connection, build)
  local found = loaded.units(connection, build.instances)
  if not found then return end
  local state, stage = found[build.unit].active, found[build.stage].active
  if state == "failed" then connection:ask("reset_failed", build.unit) end
  if units.state(state) ~= "stopped" or units.state(stage) ~= "stopped" then
    connection:finish(submit_stop(connection, build), END_MS)
  end
end

-- What is read of a control group is gone with its last process, so it is read while the build runs.
local function look(run)
  if clock.monotonic() < run.look_at then return end
  run.look_at = clock.monotonic() + LOOK_MS
  if not run.group then
    local group = run.connection:ask("property", run.unit, "ControlGroup")
    if type(group) ~= "string" then return end
    run.group = group
  end
  local file = io.open("/sys/fs/cgroup" .. run.group .. "/pids.events")
  if not file then return end
  local refused = cgroup.events(file:read("a")).max or 0
  file:close()
  if refused > 0 and not run.told then
    run.told = true
    run.complain(("the build met its limit of %d tasks"):format(units.build_limits.tasks))
  end
end

local function pass_on(run)
  for _, line in ipairs(run.output:read()) do run.put(line.stream, line.text) end
end

local function interest(run)
  local fds, ms = run.connection:interest()
  fds[run.output:fd()] = "r"
  fds[run.signals:fd()] = "r"
  return fds, run.output:patience(math.min(ms, LOOK_MS))
end

-- Until the unit has ended; a signal to us ends it.
local function attend(run, job)
  while not job.result do
    waiting.here(interest(run))
    run.connection:turn()
    pass_on(run)
    look(run)
    if run.signals:read() and not run.stopping then
      run.stopping = submit_stop(run.connection, run)
    end
  end
  if run.stopping then run.connection:finish(run.stopping, END_MS) end
end

-- The output to its end. Of a build that came to its own end that end is in the journal, or on the way there.
local function drain(run, job)
  local until_seen = clock.monotonic() + (job.result == "done" and MARK_MS or 0)
  repeat
    run.output:drain(function(fd, ms) waiting.here({ [fd] = "r" }, math.min(ms, GLANCE_MS)) end,
      function(line) run.put(line.stream, line.text) end)
  until run.output:exit_code() or clock.monotonic() >= until_seen
end

-- systemd calls it a success. It does so as well when it was executed anew just as the build began, and ended it then:
-- the exit code is what the relay saw.
local function completed(run)
  local code = run.output:exit_code()
  if not code then
    run.complain "the end of the build's output was not seen: nobody knows whether it came to its end"
  elseif code ~= 0 then
    run.complain "systemd was started anew as the build began, and ended it: build again"
  end
  return code or EXIT.failed
end

-- What became of the unit, as an exit code and in words.
local function verdict(run, job)
  if job.result == "refused" then return nil, job.message, job.code end
  if job.result == "dependency" then
    return nil, said.last(run.stage, run.after) or "systemd could not prepare the sandbox", "not_prepared"
  end
  if run.stopping then return EXIT.terminated end
  if job.result == "done" then return completed(run) end
  local properties = run.connection:ask("properties", run.unit) or {}
  local words = units.ending(properties, units.build_limits)
  if properties.Result ~= "exit-code" then run.complain(tostring(words or said.outcome(job))) end
  run.connection:ask("reset_failed", run.unit)
  if job.result == "canceled" and units.exit_code(properties) == 0 then return EXIT.terminated end
  return math.max(units.exit_code(properties), EXIT.failed)
end

--- Run the overlay's script, as it is in the database; its output is passed on line by line. A SIGTERM to this process
-- ends it. May block for an hour; only a process of its own may call this.
-- @param options table {put=function(stream, text), complain=function(text)}
-- @return integer|nil exit code; string message, string code when it did not begin
function Sandbox:run(options)
  local signals <close> = assert(signal.watch { "TERM", "INT" })
  local connection <close> = self.connect()
  connection:follow()
  end_former(connection, self)
  local after = journal.cursor()
  local lines <close>, err, code = output.new { unit = self.unit, after = after }
  if not lines then return nil, err, code end
  local run = {
    connection = connection, output = lines, signals = signals, unit = self.unit, stage = self.stage, after = after,
    put = options.put, complain = options.complain, look_at = 0,
  }
  local job = connection:submit("start", self.unit)
  attend(run, job)
  drain(run, job)
  return verdict(run, job)
end

--- Empty the overlay: the stage sees who holds the overlay's lock, and for what. May block for as long as it may take.
-- @param limit_ms integer
-- @return true|nil, message, code: "unfinished" when time was up
function Sandbox:empty(limit_ms)
  local connection <close> = self.connect()
  end_former(connection, self)
  local after = journal.cursor()
  local job = connection:submit("start", self.unit)
  local in_time = connection:finish({ job }, limit_ms)
  if not in_time then connection:finish(submit_stop(connection, self), END_MS) end
  if job.result == "done" then return true end
  connection:ask("reset_failed", self.unit)
  if not in_time then
    return nil, "there is so much in it that not all is gone yet: do it again to go on", "unfinished"
  end
  local words = said.last(self.stage, after) or said.why(job, after)
  return nil, "the overlay could not be emptied: " .. words, "wipe_failed"
end

--- End what may still run in the sandbox of an overlay.
-- @return boolean whether nothing runs there any more
function Sandbox:finish()
  local connection <close> = self.connect()
  local jobs = submit_stop(connection, self)
  connection:finish(jobs, END_MS)
  connection:ask("reset_failed", self.unit)
  return jobs[1].result == "done" and jobs[2].result == "done"
end

--- @param id integer the overlay's
-- @param connect function → backends.systemd.connection of its own
function M.new(id, connect)
  return setmetatable({ unit = units.build(id), stage = units.stage(id), instances = ("*@%d.service"):format(id),
    connect = connect }, Sandbox)
end

return M
