-- After a crash: what is left of the children of jobs that ran is ended, and those jobs are lost.
local logs = require "scheduler.log"
local result = require "scheduler.result"

local M = {}

local WAIT_MS = 5000

-- The group may outlive its leader; its number cannot be another's while it exists, unless the host was booted since.
local function is_leaderless_group(ports, job)
  local booted = ports.clock.now() - ports.clock.monotonic()
  return not ports.proc.start_time(job.pid) and (job.started_at or 0) > booted
end

local function end_orphans(ports, job)
  local leader = ports.proc.adopt(job.pid, job.pid_started)
  if not leader then
    if is_leaderless_group(ports, job) then ports.proc.kill_group(job.pid, "KILL") end
    return
  end
  ports.proc.kill_group(job.pid, "KILL")
  if not leader:exited() then
    ports.tasks:readable(leader:pidfd(), ("the end of the former child of job %d"):format(job.id), WAIT_MS)
  end
  leader:close()
end

local function lose(ports, job)
  if job.pid then end_orphans(ports, job) end
  if job.operation == "build_overlay" then ports.backend:end_build(job.overlay_id) end
  local log <close> = logs.resume(ports, job.id)
  log:say "The service ended while this job ran; its outcome is lost."
  result.write(ports, job, nil)
  ports.log:warning("job %d (%s) was running when the service ended: lost", job.id, job.operation)
end

--- Recover, before the first job is claimed. Only a task may call this.
-- @param ports table {db, store, clock, hub, log, root, proc, tasks, backend, reserve}
-- @return integer how many jobs were lost
function M.run(ports)
  local jobs = ports.store.jobs:active()
  for _, job in ipairs(jobs) do lose(ports, job) end
  return #jobs
end

return M
