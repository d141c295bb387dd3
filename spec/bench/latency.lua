-- From enqueue until the first log line is in an SSE client's hands, while 100 other streams are open.
local http = require "spec.support.http_client"
local measure = require "spec.bench.measure"
local service = require "spec.support.service"
local streams = require "spec.bench.streams"

local ROUNDS <const> = 200

local function enqueue_and_hear(one, overlay)
  local job = one:api("POST", ("/overlays/%d/build"):format(overlay.id), {}, 202)
  local stream = http.events(one.address, ("/api/v1/jobs/%d/log"):format(job.id),
    { headers = { Authorization = "Bearer " .. one.token } })
  repeat local event = assert(stream.next()) until event.event == "stdout" or event.event == "stderr"
  return job, stream
end

return function()
  local one <close> = service.start { demo_game = false }
  local waiting = streams.sleeping_job(one)
  local quick = one:api("POST", "/overlays", { name = "quick", type = "script" }, 201)
  one:finished(one:api("POST", ("/overlays/%d/script"):format(quick.id), { script = "echo first line" }, 202))
  local crowd, times = streams.crowd(one, waiting, 100), {}
  for i = 1, ROUNDS do
    local job, stream
    times[i] = measure.time(function() job, stream = enqueue_and_hear(one, quick) end)
    stream.close()
    one:finished(job)
  end
  crowd.close()
  one:api("POST", ("/jobs/%d/cancel"):format(waiting.id), {})
  one:finished(waiting)
  return { { name = "enqueue until the first log line over SSE, 100 streams open", ours = measure.spread(times),
    aim = "p99 under 50 ms" } }
end
