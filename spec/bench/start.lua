-- Start with layers ready until the game answers A2S beside the bare game, and the reset of a running server.
local a2s = require "spec.support.a2s_client"
local clock = require "host.clock"
local measure = require "spec.bench.measure"
local ports = require "spec.support.ports"
local proc = require "host.proc"
local service = require "spec.support.service"

local ROUNDS <const> = 20
local SPEC <const> = [[
port: %d
overlays: [upper, lower]
arguments: ["+ip 127.0.0.1", "+map c1m1_hotel"]
]]

local function answer(port)
  local deadline = clock.monotonic() + 10000
  while not a2s.info("127.0.0.1", port, 2) do assert(clock.monotonic() < deadline, "no A2S answer") end
end

-- The same program with the same arguments, neither supervised nor in namespaces.
local function start_bare(one, port)
  local game = assert(proc.spawn { argv = { one.root .. "/installation/srcds_run", "-game", "left4dead2", "-norestart",
    "+hostport", tostring(port), "+ip", "127.0.0.1", "+map", "c1m1_hotel" }, cwd = one.root .. "/installation",
    stdin = "null", stdout = "null", stderr = "null", session = true })
  answer(port)
  return game
end

local function end_bare(game)
  game:kill("KILL", { group = true })
  service.eventually("the bare game's end", function() return game:wait() end)
  game:close()
end

local function must(result)
  assert(result.code == 0, result.stderr)
end

return function()
  local one <close> = service.start { serve = false }
  local port = ports.free()
  for _, name in ipairs { "upper", "lower" } do
    one.directory:mkdirs("overlays/" .. name .. "/left4dead2/cfg")
    one.directory:write("overlays/" .. name .. "/left4dead2/cfg/shared.cfg", "echo " .. name .. "\n")
  end
  one.directory:write("spec.yaml", SPEC:format(port))
  local starts, resets, limit = {}, {}, {}
  for i = 1, ROUNDS do
    must(one:run("l4d2ctl", "initialize", "bench", "-f", one.root .. "/spec.yaml"))
    starts[i] = measure.time(function()
      must(one:run("l4d2ctl", "start", "bench"))
      answer(port)
    end)
    resets[i] = measure.time(function() must(one:run("l4d2ctl", "reset", "bench")) end)
    local game
    limit[i] = measure.time(function() game = start_bare(one, port) end)
    end_bare(game)
  end
  local a, b = measure.percentile(starts, 50), measure.percentile(limit, 50)
  return {
    { name = "start until A2S answers, two layers ready", ours = measure.spread(starts),
      limit = measure.ms(b) .. " (the bare game)", ratio = measure.ratio(a, b), aim = "under 250 ms" },
    { name = "… of that ours", ours = measure.ms(a - b), aim = "said" },
    { name = "reset of a running server", ours = measure.spread(resets), aim = "under 100 ms" },
  }
end
