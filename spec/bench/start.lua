-- Start with layers ready until the game answers A2S, the share that is ours, and reset of a running server.
local a2s = require "spec.support.a2s_client"
local clock = require "host.clock"
local measure = require "spec.bench.measure"
local proc = require "host.proc"
local service = require "spec.support.service"
local sock = require "host.sock"

local RUNS = 10

local function answer(port)
  local deadline = clock.monotonic() + 10000
  while not a2s.info("127.0.0.1", port, 5) do assert(clock.monotonic() < deadline, "no A2S answer") end
end

local function bare(one, port)
  local game = assert(proc.spawn { argv = { one.root .. "/installation/srcds_run", "-game", "left4dead2", "+hostport",
    tostring(port), "+ip", "127.0.0.1", "+map", "c1m1_hotel" }, cwd = one.root .. "/installation", stdin = "null",
    stdout = "null", stderr = "null", session = true })
  answer(port)
  game:kill("KILL", { group = true })
  service.eventually("the bare game's end", function() return game:wait() end)
  game:close()
end

return function()
  local one <close> = service.start { serve = false }
  local probe = sock.udp("127.0.0.1", 0)
  local port = probe:local_port()
  probe:close()
  one.directory:write("spec.yaml", ("port: %d\narguments: ['+map c1m1_hotel']\n"):format(port))
  local limit = measure.times(RUNS, function() bare(one, port) end)
  local starts, resets = {}, {}
  for i = 1, RUNS do
    one:run("l4d2ctl", "initialize", "bench", "-f", one.root .. "/spec.yaml")
    starts[i] = measure.times(1, function()
      local result = one:run("l4d2ctl", "start", "bench")
      assert(result.code == 0, result.stderr)
      answer(port)
    end)[1]
    resets[i] = measure.times(1, function() assert(one:run("l4d2ctl", "reset", "bench").code == 0) end)[1]
  end
  local a, b = measure.percentile(starts, 50), measure.percentile(limit, 50)
  return {
    { name = "start until A2S answers", ours = measure.spread(starts), limit = measure.ms(b) .. " (the bare game)",
      ratio = measure.ratio(a, b), aim = "under 250 ms" },
    { name = "… of that ours", ours = measure.ms(a - b), aim = "said" },
    { name = "reset of a running server", ours = measure.spread(resets), aim = "under 100 ms" },
  }
end
