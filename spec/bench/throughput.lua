-- Lines of one build (100,000) to 20 SSE clients, all complete, beside the same build with its log only on disk.
local measure = require "spec.bench.measure"
local service = require "spec.support.service"
local streams = require "spec.bench.streams"

local LINES <const>, CLIENTS <const>, ROUNDS <const> = 100000, 20, 5

local function build(one, overlay)
  return one:api("POST", ("/overlays/%d/build"):format(overlay.id), {}, 202)
end

-- The first client keeps what it gets; the others count bytes, so that reading is not what is measured.
local function read_all(one, overlay)
  local job, connections, bytes, first = build(one, overlay), {}, {}, {}
  for i = 1, CLIENTS do connections[i], bytes[i] = streams.open(one, job.id), 0 end
  streams.drain(connections, function(i, data)
    bytes[i] = bytes[i] + #data
    if i == 1 then first[#first + 1] = data end
  end)
  for _, connection in ipairs(connections) do connection:close() end
  return table.concat(first), bytes
end

local function check(text, bytes)
  local lines = select(2, text:gsub("\ndata: line ", ""))
  assert(lines == LINES and text:find("event: end\ndata: succeeded\n\n", -60, true), ("%d lines"):format(lines))
  for i, count in ipairs(bytes) do assert(count == #text, ("client %d has %d bytes"):format(i, count)) end
end

return function()
  local one <close> = service.start { demo_game = false }
  local overlay = one:api("POST", "/overlays", { name = "lines", type = "script" }, 201)
  local script = ("seq -f 'line %%.0f of a long build, with some words' %d"):format(LINES)
  one:finished(one:api("POST", ("/overlays/%d/script"):format(overlay.id), { script = script }, 202))
  local text, bytes
  local limit, ours = measure.alternate(ROUNDS,
    function() assert(one:finished(build(one, overlay)).state == "succeeded") end,
    function() text, bytes = read_all(one, overlay) end)
  check(text, bytes)
  local a, b = measure.percentile(ours, 50), measure.percentile(limit, 50)
  return { { name = "100,000 lines of one build to 20 SSE clients", ours = measure.ms(a),
    limit = measure.ms(b) .. " (the build, log on disk only)", ratio = measure.ratio(a, b), aim = "at most 1.5 ×" } }
end
