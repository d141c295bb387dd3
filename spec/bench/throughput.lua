-- Lines of one build (100,000) to 20 SSE clients, all complete, beside the same build with its log only on disk.
local measure = require "spec.bench.measure"
local proc = require "host.proc"
local runtime = require "host.runtime"
local service = require "spec.support.service"
local streams = require "spec.bench.streams"

local LINES <const>, CLIENTS <const>, ROUNDS <const> = 100000, 20, 5

local function build(one, overlay)
  return one:api("POST", ("/overlays/%d/build"):format(overlay.id), {}, 202)
end

-- The clients share the cores with the service: a small C program that keeps the first stream and counts the others.
local function read_all(one, overlay)
  local job = build(one, overlay)
  local ip, port = one.address:match("^(.+):(%d+)$")
  local program = runtime.executable:gsub("[^/]*$", "bench_stream_sink")
  local kept = one.root .. "/first_stream"
  local result = assert(proc.run { argv = { program, ip, port, tostring(CLIENTS), kept },
    input = streams.request(one, job.id), timeout_ms = 60000 })
  assert(result.code == 0, "the clients failed")
  local bytes = {}
  for count in result.stdout:gmatch("%d+") do bytes[#bytes + 1] = math.tointeger(count) end
  local file <close> = assert(io.open(kept, "rb"))
  return file:read("a"), bytes
end

local function check(text, bytes)
  local lines = select(2, text:gsub("\ndata: line ", ""))
  assert(lines == LINES and text:find("event: end\ndata: succeeded\n\n", -60, true), ("%d lines"):format(lines))
  assert(#bytes == CLIENTS, ("%d clients"):format(#bytes))
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
