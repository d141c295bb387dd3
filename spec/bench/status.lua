-- Cold start of `l4d2ctl status NAME --json` of a running server, beside `/bin/true` spawned the same way.
local measure = require "spec.bench.measure"
local ports = require "spec.support.ports"
local proc = require "host.proc"
local service = require "spec.support.service"

local ROUNDS <const> = 200

return function()
  local one <close> = service.start { serve = false }
  one.directory:write("spec.yaml", ("port: %d\n"):format(ports.free()))
  assert(one:run("l4d2ctl", "initialize", "bench", "-f", one.root .. "/spec.yaml").code == 0)
  assert(one:run("l4d2ctl", "start", "bench").code == 0)
  local ctl = require("host.runtime").executable:gsub("[^/]*$", "l4d2ctl")
  local function runs(...)
    local argv = { ... }
    return function() assert(proc.run { argv = argv, timeout_ms = 5000 }) end
  end
  local ours, limit = measure.alternate(ROUNDS, runs(ctl, "--root", one.root, "status", "bench", "--json"),
    runs("/bin/true"))
  local a, b = measure.percentile(ours, 50), measure.percentile(limit, 50)
  return { { name = "`l4d2ctl status --json`, cold start, wall", ours = measure.spread(ours), limit = measure.ms(b) ..
    " (`/bin/true`)", ratio = measure.ratio(a, b), aim = "under 15 ms" } }
end
