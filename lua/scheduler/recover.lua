-- After a crash: jobs that were running are lost, and what is left of their children is ended.
local M = {}

local WAIT_MS = 5000

-- The group may outlive its leader; its number cannot be another's while it exists, unless the host was booted since.
local function end_orphans(ports, job)
  local child = ports.proc.adopt(job.pid, job.pid_started)
  if not child then
    local booted = ports.clock.now() - ports.clock.monotonic()
    if not ports.proc.start_time(job.pid) and (job.started_at or 0) > booted then
      ports.proc.kill_group(job.pid, "KILL")
    end
    return
  end
  ports.proc.kill_group(job.pid, "KILL")
  if not child:exited() then
    ports.loop:add(child:pidfd(), "r", true)
    ports.loop:wait(WAIT_MS)
    ports.loop:del(child:pidfd())
  end
  child:close()
end

-- A last line that says so, on a line of its own even when a full disk cut the one before.
local function close_log(ports, path, now)
  local size = (ports.root:stat(path) or {}).size or 0
  local torn = false
  if size > 0 then
    local reader <close> = assert(ports.root:open(path, "r"))
    reader:seek(size - 1)
    torn = reader:read(1) ~= "\n"
  end
  local file <close> = ports.root:append(path)
  if not file then return end
  file:write(("%s%d E The service ended while this job ran; its outcome is lost.\n"):format(torn and "\n" or "", now))
end

local function lose(ports, job)
  local now = ports.clock.now()
  ports.db:transaction(function()
    ports.store.jobs:finish(job.id, { state = "lost", finished_at = now })
    if job.operation == "build_overlay" and ports.store.overlays:get(job.overlay_id) then
      ports.store.overlays:set_build_status(job.overlay_id, "failed", now)
    end
    return true
  end)
  close_log(ports, ("logs/jobs/%d.log"):format(job.id), now)
end

--- Recover. May block for a few seconds.
-- @param ports table {db, store, clock, log, root, proc, loop}
-- @return integer how many jobs were lost
function M.run(ports)
  local jobs = ports.store.jobs:active()
  for _, job in ipairs(jobs) do
    if job.pid then end_orphans(ports, job) end
    lose(ports, job)
    ports.log:warning("job %d (%s) was running when the service ended: lost", job.id, job.operation)
  end
  return #jobs
end

return M
