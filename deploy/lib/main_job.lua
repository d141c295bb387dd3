-- Performs the main job through the public doors only (API, l4d2ctl, A2S, RCON), checks it, prints each step's time.
local root, address, l4d2ctl = ...
local share = require("host.runtime").share_dir
package.path = share .. "/?.lua;" .. package.path

local a2s = require "spec.support.a2s_client"
local clock = require "host.clock"
local fs = require "host.fs"
local http = require "spec.support.http_client"
local ports = require "spec.support.ports"
local proc = require "host.proc"
local rcon = require "spec.support.rcon_client"
local runtime = require "host.runtime"

local token = assert(runtime.getenv("LEFT4ME_TOKEN"), "LEFT4ME_TOKEN is not set")
l4d2ctl = l4d2ctl or runtime.executable:gsub("[^/]*$", "l4d2ctl")
local WAIT_MS = 20000

local function fail(format, ...)
  error(format:format(...), 0)
end

local function expect(condition, format, ...)
  if not condition then fail(format, ...) end
  return condition
end

--- One API call; fails unless the status is the expected one.
local function api(method, path, body, expected)
  local response = http.request(address, method, "/api/v1" .. path,
    { json = body, headers = { Authorization = "Bearer " .. token } })
  expect(response.status == expected, "%s %s answered %d, not %d: %s", method, path, response.status, expected,
    response.body)
  return response.json
end

--- Follow a job's log over SSE to its end; returns the lines and the final state.
local function follow(job)
  local stream = http.events(address, ("/api/v1/jobs/%d/log"):format(job.id),
    { headers = { Authorization = "Bearer " .. token }, timeout_ms = WAIT_MS })
  expect(stream.response.status == 200, "the log of job %d answered %d", job.id, stream.response.status)
  local lines = {}
  for event in stream.next do
    if event.event == "end" then
      stream.close()
      return lines, event.data
    end
    lines[#lines + 1] = event.data
  end
  fail("the log of job %d broke off", job.id)
end

--- Follow a job and fail unless it succeeded.
local function finish(job)
  local lines, state = follow(job)
  expect(state == "succeeded", "%s ended %s:\n%s", job.operation, state, table.concat(lines, "\n"))
  return lines
end

--- Run l4d2ctl; fails unless it exits 0. Returns its output.
local function ctl(...)
  local result = assert(proc.run { argv = { l4d2ctl, "--root", root, ... }, timeout_ms = WAIT_MS })
  expect(result.kind == "exit" and result.code == 0, "l4d2ctl %s: exit %s\n%s%s", table.concat({ ... }, " "),
    result.code, result.stdout, result.stderr)
  return result.stdout
end

local function ask_map(port)
  local deadline = clock.monotonic() + WAIT_MS
  repeat
    local info = a2s.info("127.0.0.1", port, 100)
    if info then return info end
  until clock.monotonic() > deadline
  fail("no A2S answer on port %d", port)
end

local function script(text)
  return "set -eu\nmkdir -p left4dead2/cfg left4dead2/addons\n" .. text
end

local run = ("%x"):format(clock.now())

local function named(name)
  return name .. " of the main job " .. run
end

local state = {}
local steps = {
  { "create and build the lower overlay", function()
    state.lower = api("POST", "/overlays", { name = named "lower", type = "script" }, 201)
    local lines = finish(api("POST", ("/overlays/%d/script"):format(state.lower.id), { script = script [[
echo 'from lower' > left4dead2/shared.txt
echo 'only lower' > left4dead2/lower.txt
echo 'sv_contact lower' > left4dead2/cfg/server.cfg
echo built the lower overlay]] }, 202))
    expect(table.concat(lines, "\n"):find("built the lower overlay", 1, true), "the build's line is not in its log")
  end },
  { "create and build the higher overlay", function()
    state.higher = api("POST", "/overlays", { name = named "higher", type = "script" }, 201)
    finish(api("POST", ("/overlays/%d/script"):format(state.higher.id), { script = script [[
echo 'from higher' > left4dead2/shared.txt
echo 'sv_contact higher' > left4dead2/cfg/server.cfg]] }, 202))
  end },
  { "make a blueprint of both", function()
    state.blueprint = api("POST", "/blueprints", { name = named "blueprint",
      overlays = { { id = state.higher.id, expose_server_cfg = true },
        { id = state.lower.id, expose_server_cfg = true } },
      arguments = { "+map c2m1_highway" }, config = { 'sv_tags "from the blueprint"' } }, 201)
  end },
  { "make a server", function()
    state.server = api("POST", "/servers",
      { name = named "server", blueprint_id = state.blueprint.id, port = ports.free() }, 201)
  end },
  { "start it", function()
    finish(api("POST", ("/servers/%d/start"):format(state.server.id), {}, 202))
  end },
  { "ask it over A2S for its map", function()
    local info = ask_map(state.server.port)
    expect(info.map == "c2m1_highway", "the map is %s", info.map)
  end },
  { "check over RCON what it sees", function()
    local directory = assert(fs.root(root))
    local cfg = assert(directory:read(("instances/%d/server.cfg"):format(state.server.id), 65536))
    local console = assert(rcon.open("127.0.0.1", state.server.port, cfg:match('rcon_password "([^"]+)"')))
    local function sees(command, text)
      local reply = assert(console:command(command))
      expect(reply:find(text, 1, true), "%s answered %q, without %q", command, reply, text)
    end
    sees("cat shared.txt", "from higher")
    sees("cat lower.txt", "only lower")
    sees("sv_contact", "higher")
    sees("sv_tags", "from the blueprint")
    console:close()
  end },
  { "read its console log", function()
    local log = http.request(address, "GET", ("/api/v1/servers/%d/log"):format(state.server.id),
      { headers = { Authorization = "Bearer " .. token } })
    expect(log.status == 200 and log.body:find("c2m1_highway", 1, true), "the console log does not name the map: %d %s",
      log.status, log.body)
  end },
  { "stop it", function()
    finish(api("POST", ("/servers/%d/stop"):format(state.server.id), {}, 202))
    expect(not a2s.info("127.0.0.1", state.server.port, 50), "the server still answers")
  end },
  { "reset it", function()
    finish(api("POST", ("/servers/%d/reset"):format(state.server.id), {}, 202))
    expect(not assert(fs.root(root)):stat(("runtime/%d"):format(state.server.id)), "runtime files are left")
  end },
  { "delete it", function()
    finish(api("DELETE", ("/servers/%d"):format(state.server.id), nil, 202))
    api("GET", ("/servers/%d"):format(state.server.id), nil, 404)
  end },
  { "the same with l4d2ctl and a spec.yaml written by hand", function()
    local port = ports.free()
    assert(assert(fs.root(root)):write("by-hand.yaml", ([[
port: %d
overlays:
  - %d
  - {path: %d, alias: lower_cfg}
arguments: ["+map c5m1_waterfront"]
config: [exec lower_cfg, 'rcon_password "by-hand"']
]]):format(port, state.higher.id, state.lower.id)))
    ctl("initialize", "by-hand", "-f", root .. "/by-hand.yaml")
    ctl("start", "by-hand")
    expect(ask_map(port).map == "c5m1_waterfront", "the map is another one")
    expect(ctl("status", "by-hand", "--json"):find('"state":"running"', 1, true), "status does not say running")
    expect(ctl("logs", "by-hand", "--lines", "50", "--no-follow"):find("c5m1_waterfront", 1, true), "the log is silent")
    for _, command in ipairs { "stop", "reset", "delete" } do ctl(command, "by-hand") end
    assert(assert(fs.root(root)):remove("by-hand.yaml"))
  end },
  { "delete the blueprint and the overlays", function()
    api("DELETE", "/blueprints/" .. state.blueprint.id, nil, 200)
    for _, overlay in ipairs { state.higher, state.lower } do
      api("DELETE", "/overlays/" .. overlay.id, nil, 200)
      expect(not assert(fs.root(root)):stat("overlays/" .. overlay.id), "files of overlay %d are left", overlay.id)
    end
  end },
}

local started = clock.monotonic()
for number, step in ipairs(steps) do
  local from = clock.monotonic()
  local ok, err = xpcall(step[2], function(e) return type(e) == "string" and e or tostring(e) end)
  print(("%2d. %-56s %s %6d ms"):format(number, step[1], ok and "ok    " or "FAILED", clock.monotonic() - from))
  if not ok then
    io.stderr:write(err, "\n")
    return 1
  end
end
print(("The main job held, in %d ms."):format(clock.monotonic() - started))
return 0
