-- Runs claimed jobs: each its commands as children, one after the other, its log, and its result at the end.
local commands = require "scheduler.commands"
local job_rules = require "domain.job"
local logs = require "scheduler.log"
local process = require "scheduler.process"
local result = require "scheduler.result"
local tasks = require "scheduler.tasks"
local topics = require "domain.topics"

local M = {}

local Runner = {}
Runner.__index = Runner

-- Exit codes of our own, as a shell and sysexits.h choose them.
local EXIT = { not_planned = 1, fault = 70, log_failed = 74, not_started = 127, signal = 128, terminated = 143 }

local WORDS = {
  cancelled = "The job was cancelled.",
  stopped = "The service was stopped while this job ran.",
  fault = "The job ended by a fault of left4me; the service's log says more.",
}

-- What a build or an installation cannot say may be what fills the disk: it ends. Work on a server goes on.
local function must_log(job)
  return job_rules.OPERATIONS[job.operation] ~= "server"
end

local function writer(run)
  return function(lines)
    local ok, message, code = run.log:write(lines)
    if ok or not must_log(run.job) then return true end
    return nil, message, code
  end
end

local function note_child(self, job, running)
  local pid = running:pid()
  local jobs = self.ports.store.jobs
  local ok, raised = pcall(jobs.set_child, jobs, job.id, pid, self.ports.proc.start_time(pid))
  if not ok then self.ports.log:warning("the child %d of job %d: %s", pid, job.id, tostring(raised)) end
end

local function explain_failure(self, run, code)
  if code ~= "ENOSPC" and code ~= "EDQUOT" then return run.log:say "The log cannot be written: the job was ended." end
  self.ports.reserve:release()
  run.log:say "The disk is full: the job was ended."
end

-- One command to its end. Returns its exit code.
local function run_command(self, run, command)
  local what = ("%s %s of job %d"):format(command.argv[1]:match("[^/]*$"), command.argv[2] or "", run.job.id)
  local running <close>, message = process.start(self.ports, command, { what = what, write = writer(run) })
  if not running then
    run.log:say(message)
    return EXIT.not_started
  end
  run.process = running
  note_child(self, run.job, running)
  local status, failure = running:finish()
  run.process = nil
  if failure then
    explain_failure(self, run, failure)
    return EXIT.log_failed
  end
  return status.code
end

local function plan(self, job)
  local spec, err
  if commands.needs_spec(job.operation) then
    spec, err = self.ports.services.servers:spec(nil, job.server_id)
    if not spec then return nil, tostring(err) end
  end
  return commands.of(self.ports.programs, job, spec)
end

-- All commands, until one fails or the job is ended. Returns the exit code.
local function run_commands(self, run)
  local list, why = plan(self, run.job)
  if not list then
    run.log:say(why)
    return EXIT.not_planned
  end
  for _, command in ipairs(list) do
    if run.ended then return EXIT.terminated end
    local code = run_command(self, run, command)
    if code ~= 0 then return code end
  end
  return 0
end

-- Who followed a build may have been killed, and the build go on.
local function end_build(self, job, code)
  if job.operation ~= "build_overlay" or code < EXIT.signal then return end
  self.ports.tasks:try("the end of a build", self.ports.backend.end_build, self.ports.backend, job.overlay_id)
end

local function body(self, run)
  local log <close> = logs.begin(self.ports, run.job.id)
  run.log = log
  local ok, code = xpcall(run_commands, debug.traceback, self, run)
  if code == tasks.CANCELLED then error(code, 0) end
  if not ok then
    self.ports.log:error("job %d: %s", run.job.id, tostring(code))
    log:say(WORDS.fault)
    code = EXIT.fault
  elseif run.ended and code ~= 0 then
    log:say(WORDS[run.ended])
  end
  end_build(self, run.job, code)
  result.write(self.ports, run.job, code)
end

--- Start a claimed job as a task; done() is called when it is over.
function Runner:start(job, done)
  local run = { job = job }
  self.runs[job.id], self.count = run, self.count + 1
  for _, topic in ipairs(topics.of_job(job)) do self.ports.hub.ring(topic) end
  self.ports.tasks:spawn("job " .. job.id, function()
    local ok, err = pcall(body, self, run)
    self.runs[job.id], self.count = nil, self.count - 1
    self.ports.retention:finished(job.id)
    done()
    if not ok then error(err, 0) end
  end)
end

local function finish_early(run, reason, grace_ms)
  run.ended = run.ended or reason
  if run.process then run.process:stop(grace_ms) end
end

--- End the jobs whose cancel was asked for: TERM to the child's group, ten seconds, KILL.
function Runner:cancel_requested()
  for _, job in ipairs(self.ports.store.jobs:active()) do
    local run = self.runs[job.id]
    if run and job.state == "cancelling" and not run.ended then finish_early(run, "cancelled") end
  end
end

--- The service stops: end jobs of some kinds, with less grace than a person who cancels gives.
-- @param kinds table set of "host", "overlay", "server"
-- @param grace_ms integer
function Runner:stop(kinds, grace_ms)
  for _, run in pairs(self.runs) do
    if kinds[job_rules.OPERATIONS[run.job.operation]] then finish_early(run, "stopped", grace_ms) end
  end
end

--- @param ports table {db, store, services, clock, hub, log, root=host.fs root, proc, tasks, backend, retention,
--   reserve, programs={left4me=, l4d2ctl=}, env=table, grace_ms=|nil}
function M.new(ports)
  return setmetatable({ ports = ports, count = 0, runs = {} }, Runner)
end

return M
