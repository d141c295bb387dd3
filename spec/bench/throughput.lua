-- Lines of one build (100,000) to 20 SSE clients, all complete, beside the same build with its log only on disk.
local clock = require "host.clock"
local measure = require "spec.bench.measure"
local service = require "spec.support.service"
local streams = require "spec.bench.streams"

local LINES, CLIENTS = 100000, 20

local function build(one, overlay)
  return one:api("POST", ("/overlays/%d/build"):format(overlay.id), {}, 202)
end

return function()
  local one <close> = service.start { demo_game = false }
  local overlay = one:api("POST", "/overlays", { name = "lines", type = "script" }, 201)
  local script = ("seq -f 'line %%.0f of a long build, with some words' %d"):format(LINES)
  one:finished(one:api("POST", ("/overlays/%d/script"):format(overlay.id), { script = script }, 202))
  local alone = measure.percentile(measure.times(3, function()
    local job = one:finished(build(one, overlay))
    assert(job.state == "succeeded")
  end), 50)
  local from = clock.monotonic()
  local job = build(one, overlay)
  local connections, events = {}, {}
  for i = 1, CLIENTS do connections[i], events[i] = streams.open(one, job.id), 0 end
  streams.drain(connections, function(i, data)
    events[i] = events[i] + select(2, data:gsub("data: line ", ""))
  end)
  local ours = clock.monotonic() - from
  for i, connection in ipairs(connections) do
    assert(events[i] >= LINES - 20, ("client %d has %d lines"):format(i, events[i]))
    connection:close()
  end
  return { { name = "100,000 lines of one build to 20 SSE clients", ours = measure.ms(ours),
    limit = measure.ms(alone) .. " (the build, log on disk only)", ratio = measure.ratio(ours, alone),
    aim = "at most 1.5 ×" } }
end
