-- From enqueue until the first log line is in an SSE client's hands, while 100 other streams are open.
local http = require "spec.support.http_client"
local measure = require "spec.bench.measure"
local service = require "spec.support.service"
local streams = require "spec.bench.streams"

return function()
  local one <close> = service.start { demo_game = false }
  local sleeper = one:api("POST", "/overlays", { name = "sleeper", type = "script" }, 201)
  local quick = one:api("POST", "/overlays", { name = "quick", type = "script" }, 201)
  local waiting = one:api("POST", ("/overlays/%d/script"):format(sleeper.id), { script = "sleep 600" }, 202)
  local first = one:api("POST", ("/overlays/%d/script"):format(quick.id), { script = "echo first line" }, 202)
  one:finished(first)
  local crowd = {}
  for i = 1, 100 do crowd[i] = streams.open(one, waiting.id) end
  local times = measure.times(100, function()
    local job = one:api("POST", ("/overlays/%d/build"):format(quick.id), {}, 202)
    local stream = http.events(one.address, ("/api/v1/jobs/%d/log"):format(job.id),
      { headers = { Authorization = "Bearer " .. one.token } })
    repeat local event = assert(stream.next()) until event.event == "stdout" or event.event == "stderr"
    stream.close()
    one:finished(job)
  end)
  for _, connection in ipairs(crowd) do connection:close() end
  one:api("POST", ("/jobs/%d/cancel"):format(waiting.id), {})
  one:finished(waiting)
  return { { name = "enqueue until the first log line over SSE, 100 streams open", ours = measure.spread(times),
    aim = "p99 under 50 ms" } }
end
