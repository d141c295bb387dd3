-- Proportional memory: the service idle, with 10 servers and their supervisors, with 100 open streams.
local json = require "host.json"
local measure = require "spec.bench.measure"
local ports = require "spec.support.ports"
local service = require "spec.support.service"
local streams = require "spec.bench.streams"

local SERVERS <const> = 10

local function mb(value) return ("%.1f MB"):format(value) end

-- Each server has a supervisor, and an init in its namespace into which only root can look.
local function beside_servers(one)
  local total, count = 0, 0
  for _, entry in ipairs(one.directory:list("run/servers")) do
    if entry.name:find("%.json$") then
      local record = json.decode(assert(one.directory:read("run/servers/" .. entry.name, 65536)))
      total = total + measure.pss(record.supervisor.pid) + (measure.pss(record.game.pid) or 0)
      count = count + 1
    end
  end
  assert(count == SERVERS)
  return total
end

local function start_servers(one)
  local blueprint = one:api("POST", "/blueprints", { name = "bench" }, 201)
  for i = 1, SERVERS do
    local server = one:api("POST", "/servers",
      { name = "server " .. i, blueprint_id = blueprint.id, port = ports.free() }, 201)
    local job = one:finished(one:api("POST", ("/servers/%d/start"):format(server.id), {}, 202))
    assert(job.state == "succeeded", job.state)
  end
end

-- A service that has answered a few requests, then rests.
local function warm(one)
  for _ = 1, 20 do
    for _, path in ipairs { "/servers", "/blueprints", "/overlays", "/jobs" } do one:api("GET", path, nil, 200) end
  end
end

return function()
  local one <close> = service.start { env = { LEFT4ME_PORT_RANGE_START = "10000", LEFT4ME_PORT_RANGE_END = "32000" } }
  local pid, rows = one.process:pid(), {}
  warm(one)
  rows[1] = { name = "PSS of the service, idle", ours = mb(measure.pss(pid)), aim = "12 MB" }
  start_servers(one)
  local ours, beside = measure.pss(pid), beside_servers(one)
  rows[2] = { name = "PSS of the service, 10 servers", ours = ("%s, with all supervisors %s"):format(mb(ours),
    mb(ours + beside)), aim = "15 MB" }
  local job = streams.sleeping_job(one)
  local crowd = streams.crowd(one, job, 100)
  rows[3] = { name = "PSS of the service, 10 servers and 100 streams", ours = mb(measure.pss(pid)), aim = "20 MB" }
  crowd.close()
  one:api("POST", ("/jobs/%d/cancel"):format(job.id), {})
  one:finished(job)
  return rows
end
