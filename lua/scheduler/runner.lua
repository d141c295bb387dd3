-- Runs one claimed job: its commands as children, its log, its result in one transaction, then the bells.
local commands = require "scheduler.commands"
local job_log = require "domain.job_log"
local job_rules = require "domain.job"
local process = require "scheduler.process"
local tasks = require "scheduler.tasks"

local M = {}

local Runner = {}
Runner.__index = Runner

local RETRY_MS = 1000
local LOG_MODE = 416 -- 0640

local function log_path(id) return ("logs/jobs/%d.log"):format(id) end

-- Append lines to the job's log and ring; the bell carries nothing.
local function writer(self, job, file)
  local topic = "job:" .. job.id
  return function(lines)
    local ok, message, code = file:write(lines)
    self.ports.hub.ring(topic)
    return ok, message, code
  end
end

local function say(self, write, text)
  return write(("%d E %s\n"):format(self.ports.clock.now(), text))
end

local function spawn(self, command)
  local child, message = self.ports.proc.spawn {
    argv = command.argv, env = self.ports.env, stdin = command.input and "pipe" or "null", stdout = "pipe",
    stderr = "pipe",
  }
  if not child then return nil, message end
  local input = command.input or ""
  -- A spec.yaml may be longer than a pipe holds; the child reads it before it prints anything of note.
  while input ~= "" do
    local written, why = child:write(input)
    if written then input = input:sub(written + 1)
    elseif why == "again" then self.ports.tasks:sleep(1, "the child to read its input")
    else break end
  end
  if command.input then child:close_stdin() end
  return child
end

-- One command to its end. Returns its exit code, or nil when it could not be started.
local function run_command(self, job, command, write)
  local child <close>, message = spawn(self, command)
  if not child then
    say(self, write, message)
    return 127
  end
  local pid = child:pid()
  self.ports.store.jobs:set_child(job.id, pid, self.ports.proc.start_time(pid))
  local running = process.new(self.ports, child, ("the child %d of job %d"):format(pid, job.id),
    { stdout = job_log.splitter "O", stderr = job_log.splitter "E" }, write)
  self.children[job.id] = self.ports.tasks.current
  local status, failure = running:finish()
  self.children[job.id] = nil
  if failure then
    say(self, write, failure == "ENOSPC" and "The disk is full: the job was ended." or "The log cannot be written.")
    return 74 -- EX_IOERR
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

-- All commands, until one fails. Returns the exit code.
local function run_commands(self, job, write)
  local list, why = plan(self, job)
  if not list then
    say(self, write, why)
    return 1
  end
  for _, command in ipairs(list) do
    local now = self.ports.store.jobs:get(job.id)
    if now.state == "cancelling" then return 143 end
    local code = run_command(self, job, command, write)
    if code ~= 0 then return code end
  end
  return 0
end

local function refresh_server(self, job, now)
  local store = self.ports.store
  if not job.server_id or not store.servers:get(job.server_id) then return end
  local seen = self.ports.backend:status(tostring(job.server_id))
  store.servers:set_actual(job.server_id, { state = seen.state, error = seen.error, at = now })
end

local function record(self, job, code)
  local store, now = self.ports.store, self.ports.clock.now()
  local state = job_rules.outcome(store.jobs:get(job.id).state, code)
  store.jobs:finish(job.id, { state = state, exit_code = code, finished_at = now })
  if job.operation == "build_overlay" and store.overlays:get(job.overlay_id) then
    store.overlays:set_build_status(job.overlay_id, state == "succeeded" and "ok" or "failed", now)
  end
  refresh_server(self, job, now)
  if job.operation == "delete" and state == "succeeded" then store.servers:remove(job.server_id) end
  return state
end

-- Write the result; a full disk or a busy database is waited out, for the result must not be lost.
local function finish(self, job, code)
  while true do
    local ok, state = pcall(self.ports.db.transaction, self.ports.db, record, self, job, code)
    if ok then return state end
    self.ports.log:error("result of job %d: %s", job.id, tostring(state))
    self.ports.reserve:release()
    self.ports.tasks:sleep(RETRY_MS, ("room to write the result of job %d"):format(job.id))
  end
end

local function announce(self, job, state)
  local hub = self.ports.hub
  for _, topic in ipairs { "jobs", "servers", "overlays" } do hub.ring(topic) end
  hub.close("job:" .. job.id, state)
end

local function body(self, job)
  local file <close> = self.ports.root:append(log_path(job.id), LOG_MODE)
  local write = file and writer(self, job, file) or function() return nil, "no log", "ENOSPC" end
  local ok, code = xpcall(run_commands, function(e)
    return e == tasks.CANCELLED and e or debug.traceback(tostring(e), 2)
  end, self, job, write)
  if not ok then
    if code == tasks.CANCELLED then error(code, 0) end
    self.ports.log:error("job %d: %s", job.id, tostring(code))
    say(self, write, "The job ended by a fault of left4me; the service's log says more.")
    code = 70 -- EX_SOFTWARE
  end
  announce(self, job, finish(self, job, code))
  self.ports.retention:finished(job.id)
end

--- Start a claimed job as a task; done() is called when it is over.
function Runner:start(job, done)
  self.count = self.count + 1
  self.ports.hub.ring("jobs")
  self.ports.tasks:spawn("job " .. job.id, function()
    local ok, err = pcall(body, self, job)
    self.children[job.id] = nil
    self.count = self.count - 1
    done()
    if not ok then error(err, 0) end
  end)
end

--- End the children of the jobs whose cancel was asked for: TERM to the group, ten seconds, KILL.
function Runner:cancel_requested()
  for _, job in ipairs(self.ports.store.jobs:active()) do
    local task = self.children[job.id]
    if job.state == "cancelling" and task then self.ports.tasks:cancel(task) end
  end
end

--- The service stops: builds and installations are told to end, for they may take an hour.
function Runner:stop()
  for _, job in ipairs(self.ports.store.jobs:active()) do
    local task = self.children[job.id]
    if task and not job.server_id then self.ports.tasks:cancel(task) end
  end
end

--- @param ports table {db, store, services, clock, hub, log, root=host.fs root, proc, tasks, backend, retention, reserve,
--   programs={left4me=, l4d2ctl=}, env=table, grace_ms=|nil}
function M.new(ports)
  return setmetatable({ ports = ports, count = 0, children = {} }, Runner)
end

return M
