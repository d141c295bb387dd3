-- Who plays: one round of questions to many games, all of which answer, and what it costs the scheduler's thread.
local lives = require "scheduler.live"
local measure = require "spec.bench.measure"
local proc = require "host.proc"
local runtime = require "host.runtime"
local support = require "spec.support.scheduler"

local ROUNDS <const>, ROUND_MS <const> = 20, 5000

local function start_games(count)
  local script = runtime.share_dir .. "/spec/bench/live_games.lua"
  local child = assert(proc.spawn { argv = { runtime.executable, "lua", script, tostring(count) }, stdout = "pipe",
    stdin = "null" })
  local pause <close> = require("host.loop").new()
  local said, ports = "", {}
  while not said:find("ready", 1, true) do
    said = said .. (child:read "stdout" or "")
    pause:wait(5)
  end
  for port in said:gmatch "%d+" do ports[#ports + 1] = math.tointeger(tonumber(port)) end
  return child, ports
end

local function round_of(count, aim)
  local child, ports = start_games(count)
  local host = support.new()
  host.ports.sock, host.ports.addresses = require "host.sock", function() return { "127.0.0.1" } end
  for i, port in ipairs(ports) do
    local id = host.scene:server("server " .. i)
    host.ports.db:run("UPDATE servers SET port = ?, actual_state = 'running' WHERE id = ?", port, id)
  end
  local live, walls, works = lives.new(host.ports), {}, {}
  for i = 1, ROUNDS do
    host.ports.clock.skip(ROUND_MS)
    local before = os.clock()
    walls[i] = measure.time(function() host:as_task(live.round, live) end)
    works[i] = (os.clock() - before) * 1000
  end
  host:close()
  child:kill "KILL"
  child:close()
  return { name = ("who plays on %d games: one round, every 5 s"):format(count), aim = aim,
    ours = ("%s, %s of a processor: %.2f %%"):format(measure.spread(walls), measure.ms(measure.percentile(works, 50)),
      measure.percentile(works, 50) / ROUND_MS * 100) }
end

return function() return { round_of(100, "under 1 %"), round_of(1000, "under 5 %") } end
