-- Many event streams at once for the benchmarks.
local http = require "spec.support.http_client"

local M = {}

--- The request for the stream of a job's log.
function M.request(one, job_id)
  return http.render("GET", ("/api/v1/jobs/%d/log"):format(job_id),
    { headers = { Accept = "text/event-stream", Authorization = "Bearer " .. one.token } })
end

local function open(one, job_id)
  local connection = http.open(one.address)
  connection:send(M.request(one, job_id))
  local head = connection:head()
  assert(head.status == 200, head.status)
  return connection
end

--- A build that prints a line and goes on for long.
-- @return table job
function M.sleeping_job(one)
  local overlay = one:api("POST", "/overlays", { name = "sleeper", type = "script" }, 201)
  return one:api("POST", ("/overlays/%d/script"):format(overlay.id), { script = "echo awake; sleep 600" }, 202)
end

--- Open many streams of one job.
-- @return list of connections with close()
function M.crowd(one, job, count)
  local crowd = {}
  for i = 1, count do crowd[i] = open(one, job.id) end
  function crowd.close()
    for _, connection in ipairs(crowd) do connection:close() end
  end
  return crowd
end

return M
