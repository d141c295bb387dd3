-- How a job ended: written in one transaction with all that follows from it, then everyone who watches is told.
local job_rules = require "domain.job"
local topics = require "domain.topics"

local M = {}

local RETRY_MS = 1000

local LISTS = { "servers", "overlays" }

-- What the host says of the job's server now; asked before the transaction, which holds up others.
local function look(ports, job)
  if not job.server_id then return nil end
  local ok, seen = pcall(ports.backend.status, ports.backend, tostring(job.server_id))
  if not ok then
    ports.log:warning("state of server %d: %s", job.server_id, tostring(seen))
    return nil
  end
  return { state = seen.state, error = seen.error, reason = seen.reason, at = ports.clock.now() }
end

local function record(ports, job, code, seen)
  local store, now = ports.store, ports.clock.now()
  local before = store.jobs:get(job.id).state
  local state = code and job_rules.outcome(before, code) or job_rules.machine:next("lose", before)
  store.jobs:finish(job.id, { state = state, exit_code = code, finished_at = now })
  if job.operation == "build_overlay" then
    store.overlays:set_build_status(job.overlay_id, state == "succeeded" and "ok" or "failed", now,
      job.started_at and math.max(now - job.started_at, 0))
  end
  if seen then store.servers:set_actual(job.server_id, seen) end
  if job.operation == "delete" and state == "succeeded" then store.servers:remove(job.server_id) end
  return state
end

local function announce(ports, job, state)
  for _, topic in ipairs(LISTS) do ports.hub.ring(topic) end
  for _, topic in ipairs(topics.of_job(job)) do ports.hub.ring(topic) end
  ports.hub.close("job:" .. job.id, state)
end

--- Write a job's end. A full disk or a busy database is waited out, for the result must not be lost: space kept
-- back for it is given up first. Only a task may call this.
-- @param ports table {db, store, clock, hub, log, tasks, backend, reserve}
-- @param job table
-- @param code integer|nil exit code; nil when nobody knows it: the job is lost
-- @return string the final state
function M.write(ports, job, code)
  local seen = look(ports, job)
  while true do
    local ok, state = pcall(ports.db.transaction, ports.db, record, ports, job, code, seen)
    if ok then
      announce(ports, job, state)
      return state
    end
    ports.log:error("result of job %d: %s", job.id, tostring(state))
    ports.reserve:release()
    ports.tasks:sleep(RETRY_MS, ("room to write the result of job %d"):format(job.id))
  end
end

return M
