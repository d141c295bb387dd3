-- Proportional memory of the service: idle, with 10 servers, with 100 open streams.
local measure = require "spec.bench.measure"
local service = require "spec.support.service"
local streams = require "spec.bench.streams"

local function mib(value) return ("%.1f MiB"):format(value) end

local function supervisors(one)
  local total = 0
  for pid in io.popen(("pgrep -f 'left4me supervise.*%s|left4me.*%s.*supervise'"):format(one.root, one.root)):lines() do
    local ok, pss = pcall(measure.pss, math.tointeger(pid))
    if ok then total = total + pss end
  end
  return total
end

return function()
  local one <close> = service.start()
  local pid, rows = one.process:pid(), {}
  rows[1] = { name = "PSS of the service, idle", ours = mib(measure.pss(pid)), aim = "12 MB" }
  local blueprint = one:api("POST", "/blueprints", { name = "bench", overlays = {} }, 201)
  for i = 1, 10 do
    local server = one:api("POST", "/servers", { name = "server " .. i, blueprint_id = blueprint.id }, 201)
    local job = one:finished(one:api("POST", ("/servers/%d/start"):format(server.id), {}, 202))
    assert(job.state == "succeeded", job.state)
  end
  rows[2] = { name = "PSS of the service, 10 servers", ours = ("%s (and %s in 10 supervisors)"):format(
    mib(measure.pss(pid)), mib(supervisors(one))), aim = "15 MB" }
  local overlay = one:api("POST", "/overlays", { name = "sleeper", type = "script" }, 201)
  local job = one:api("POST", ("/overlays/%d/script"):format(overlay.id), { script = "echo awake; sleep 600" }, 202)
  local crowd = {}
  for i = 1, 100 do crowd[i] = streams.open(one, job.id) end
  rows[3] = { name = "PSS of the service, 100 streams", ours = mib(measure.pss(pid)), aim = "20 MB" }
  for _, connection in ipairs(crowd) do connection:close() end
  one:api("POST", ("/jobs/%d/cancel"):format(job.id), {})
  one:finished(job)
  return rows
end
