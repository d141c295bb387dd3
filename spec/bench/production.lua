-- A production host: starts, stops, builds and states through left4me beside equal units that systemd starts alone.
-- Runs as root on an installed host with a game that nobody plays on (deploy/test --host makes one).
local a2s = require "spec.support.a2s_client"
local clock = require "host.clock"
local fs = require "host.fs"
local http = require "spec.support.http_client"
local json = require "host.json"
local loop = require "host.loop"
local measure = require "spec.bench.measure"
local ports = require "spec.support.ports"
local proc = require "host.proc"
local rcon = require "spec.support.rcon_client"

local ROUNDS <const>, MANY <const>, LINES <const> = 12, 50, 200
local ROOT <const>, ADDRESS <const> = "/var/lib/left4me", "127.0.0.1:8000"
local UNITS <const>, TRANSIENT <const> = "/usr/local/lib/systemd/system/", "/run/systemd/system/"
local STAGING <const> = "/run/left4me-bench"

local function run(...)
  local result = assert(proc.run { argv = { ... }, timeout_ms = 120000, max_output = 1 << 22 })
  assert(result.code == 0, table.concat({ ... }, " ") .. "\n" .. result.stdout .. result.stderr)
  return result.stdout
end

local function shell(text) return run("sh", "-ec", text) end

local function answered(port)
  local deadline = clock.monotonic() + 20000
  while not a2s.info("127.0.0.1", port, 3) do assert(clock.monotonic() < deadline, "no A2S answer") end
end

-- Milliseconds from a command's start until the game answers; the command comes to its end as well.
local function time_to_answer(port, ...)
  local from = clock.monotonic_ns()
  local command <close> = assert(proc.spawn { argv = { ... }, stdout = "null", stderr = "null" })
  answered(port)
  local ms = (clock.monotonic_ns() - from) / 1e6
  local poll <close> = loop.new()
  poll:add(command:pidfd(), "r", "end")
  poll:wait(20000)
  assert(assert(command:wait()).code == 0)
  return ms
end

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read("a")
end

local function write(path, text)
  local file <close> = assert(io.open(path, "w"))
  assert(file:write(text))
end

-- A unit of ours without what left4me adds: the same directives, on directories that are there already.
local function equal_unit(template, name, changes)
  local lines = {}
  for line in read(UNITS .. template):gmatch("[^\n]*") do
    if not line:find("left4me%-mount@") and not line:find("left4me%-stage@") then lines[#lines + 1] = line end
  end
  local text = table.concat(lines, "\n"):gsub("%%i", name)
  for pattern, replacement in pairs(changes) do text = text:gsub(pattern, replacement) end
  write(TRANSIENT .. name .. ".service", text)
end

local function initialize(name, port)
  local spec = ("port: %d\narguments: [\"+map c1m1_hotel\"]\n"):format(port)
  local result = assert(proc.run {
    argv = { "l4d2ctl", "initialize", name, "-f", "-" }, input = spec, timeout_ms = 9000,
  })
  assert(result.code == 0, result.stderr)
end

-- The game in a directory of its own, with an instance that l4d2ctl made, and what its unit reads and binds.
local function bare_server(name, port)
  initialize(name, port)
  shell(([[
    cp -a ROOT/installation/. ROOT/runtime/NAME/merged
    mkdir -p STAGING; cd STAGING; mkdir -p workshop_cache steam sdk32 sdk64
    ln -sfn ROOT/runtime/NAME/merged merged; cp ROOT/instances/NAME/instance.env env
  ]]):gsub("%u%u+", { ROOT = ROOT, NAME = name, STAGING = STAGING }))
  equal_unit("left4me-server@.service", name, { ["/run/left4me/servers/" .. name:gsub("%-", "%%-")] = STAGING })
end

local function start_and_stop()
  local port, bare = ports.free(), ports.free()
  initialize("bench", port)
  bare_server("bench-bare", bare)
  run("systemctl", "daemon-reload")
  local start, limit, stop, bare_stop, reset = {}, {}, {}, {}, {}
  for i = 1, ROUNDS do
    start[i] = time_to_answer(port, "l4d2ctl", "start", "bench")
    stop[i] = measure.time(run, "l4d2ctl", "stop", "bench")
    limit[i] = time_to_answer(bare, "systemctl", "start", "bench-bare.service")
    bare_stop[i] = measure.time(run, "systemctl", "stop", "bench-bare.service")
    run("l4d2ctl", "start", "bench")
    reset[i] = measure.time(run, "l4d2ctl", "reset", "bench")
    initialize("bench", port)
  end
  run("l4d2ctl", "delete", "bench")
  run("l4d2ctl", "delete", "bench-bare")
  os.remove(TRANSIENT .. "bench-bare.service")
  shell("rm -rf " .. STAGING)
  local ours, theirs = measure.percentile(start, 50), measure.percentile(limit, 50)
  local stopped, halted = measure.percentile(stop, 50), measure.percentile(bare_stop, 50)
  return {
    { name = "systemd: start until A2S answers", ours = measure.spread(start), aim = "at most 1.15 ×",
      limit = measure.ms(theirs) .. " (systemctl start of an equal unit)", ratio = measure.ratio(ours, theirs) },
    { name = "systemd: stop", ours = measure.spread(stop), limit = measure.ms(halted) .. " (systemctl stop)",
      ratio = measure.ratio(stopped, halted), aim = "said" },
    { name = "systemd: reset of a running server", ours = measure.spread(reset), aim = "under 600 ms" },
  }
end

-- One API call as an admin.
local function api(one, method, path, body, expected)
  local response = http.request(ADDRESS, method, "/api/v1" .. path,
    { json = body, headers = { Authorization = "Bearer " .. one.token } })
  assert(response.status == expected, method .. " " .. path .. ": " .. response.body)
  return response.json
end

local UNFINISHED <const> = { queued = true, running = true, cancelling = true }

local function finished(one, job)
  local deadline = clock.monotonic() + 120000
  repeat
    job = api(one, "GET", "/jobs/" .. job.id, nil, 200)
    assert(clock.monotonic() < deadline, "job " .. job.id .. " does not end")
  until not UNFINISHED[job.state]
  assert(job.state == "succeeded", job.operation .. " " .. job.state)
end

local function build(one)
  local overlay = api(one, "POST", "/overlays", { name = "bench " .. clock.now(), type = "script" }, 201)
  finished(one, api(one, "POST", ("/overlays/%d/script"):format(overlay.id), { script = "true" }, 202))
  shell(("mkdir -p %s/overlay; cd %s; chown l4d2-sandbox: overlay; echo true >script.sh"):format(STAGING, STAGING))
  equal_unit("build-overlay@.service", "bench-build", {
    ["/run/left4me/builds/bench%-build"] = STAGING, ["/usr/local/lib/left4me/bin/left4me relay "] = "",
  })
  run("systemctl", "daemon-reload")
  local id = tostring(overlay.id)
  local ours, limit = measure.alternate(ROUNDS, function() run("left4me", "build", id) end,
    function() run("systemctl", "start", "bench-build.service") end)
  os.remove(TRANSIENT .. "bench-build.service")
  shell("rm -rf " .. STAGING)
  api(one, "DELETE", "/overlays/" .. id, nil, 200)
  local a, b = measure.percentile(ours, 50), measure.percentile(limit, 50)
  return { { name = "systemd: build of `true`", ours = measure.spread(ours), ratio = measure.ratio(a, b),
    limit = measure.ms(b) .. " (systemctl start of an equal unit)", aim = "at most 1.2 ×" } }
end

local function servers(one, count)
  local blueprint = api(one, "POST", "/blueprints", { name = "bench " .. clock.now(), overlays = json.array {},
    arguments = { "+map c1m1_hotel" }, config = json.array {} }, 201)
  local list = {}
  for i = 1, count do
    list[i] = api(one, "POST", "/servers", { name = ("bench %d"):format(i), blueprint_id = blueprint.id,
      port = ports.free() }, 201)
  end
  return list, blueprint
end

local function lines_to_sse(one, server)
  local cfg = read(("%s/instances/%d/server.cfg"):format(ROOT, server.id))
  local console = assert(rcon.open("127.0.0.1", server.port, cfg:match 'rcon_password "([^"]+)"'))
  local stream = http.events(ADDRESS, ("/api/v1/servers/%d/log"):format(server.id),
    { headers = { Authorization = "Bearer " .. one.token } })
  local times = {}
  for i = 1, LINES do
    local mark = ("mark %d of the benchmark"):format(i)
    times[i] = measure.time(function()
      assert(console:command("echo " .. mark))
      repeat local event = assert(stream.next()) until event.data:find(mark, 1, true)
    end)
  end
  stream.close()
  console:close()
  return { name = "systemd: console line to an SSE client", ours = measure.spread(times), aim = "p99 under 50 ms" }
end

local function states(list)
  local backend = assert(require("backends.systemd").new { root = ROOT })
  local function all()
    local state = backend:glance()
    for i = 1, 100 do assert(state(tostring(list[(i - 1) % #list + 1].id))) end
  end
  local function each()
    for i = 1, 100 do assert(backend:status(tostring(list[(i - 1) % #list + 1].id))) end
  end
  all()
  local glances, singles = measure.alternate(ROUNDS, all, each)
  return {
    { name = "systemd: states of 100 servers", ours = measure.spread(glances), aim = "under 50 ms" },
    { name = "… with memory, processor time and process of each", ours = measure.spread(singles), aim = "said" },
  }
end

local function many(one)
  local list, blueprint = servers(one, MANY)
  local from = clock.monotonic()
  for _, server in ipairs(list) do api(one, "POST", ("/servers/%d/start"):format(server.id), {}, 202) end
  for _, server in ipairs(list) do answered(server.port) end
  local rows = { { name = ("systemd: %d servers started at once"):format(MANY), ratio = "",
    ours = ("%.1f s, %.0f ms each"):format((clock.monotonic() - from) / 1000, (clock.monotonic() - from) / MANY),
    aim = "said" } }
  table.move(states(list), 1, 2, 2, rows)
  rows[4] = lines_to_sse(one, list[1])
  local jobs = {}
  for i, server in ipairs(list) do jobs[i] = api(one, "DELETE", "/servers/" .. server.id, nil, 202) end
  for _, job in ipairs(jobs) do finished(one, job) end
  api(one, "DELETE", "/blueprints/" .. blueprint.id, nil, 200)
  return rows
end

return function()
  assert(fs.root(ROOT), "this is no production host: see spec/bench/README.md")
  local id = run("sh", "-c", "left4me user create bench --admin --random-password >/dev/null 2>&1; "
    .. "left4me user activate bench >/dev/null 2>&1; "
    .. "left4me token create bench")
  local one, rows = { token = id:match "l4m_[%w_-]+" }, {}
  for _, part in ipairs { start_and_stop, build, many } do
    local list = part(one)
    table.move(list, 1, #list, #rows + 1, rows)
  end
  run("left4me", "user", "deactivate", "bench")
  return rows
end
