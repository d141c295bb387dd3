-- Cold start of `l4d2ctl status NAME --json` beside `/bin/true` spawned the same way.
local measure = require "spec.bench.measure"
local proc = require "host.proc"
local service = require "spec.support.service"

return function()
  local one <close> = service.start { serve = false }
  local ctl = require("host.runtime").executable:gsub("[^/]*$", "l4d2ctl")
  local function run(...)
    local argv = { ... }
    return measure.times(100, function() assert(proc.run { argv = argv, timeout_ms = 5000 }) end)
  end
  run(ctl, "--root", one.root, "status", "absent", "--json")
  local ours = run(ctl, "--root", one.root, "status", "absent", "--json")
  local limit = run("/bin/true")
  local a, b = measure.percentile(ours, 50), measure.percentile(limit, 50)
  return { { name = "`l4d2ctl status --json`, cold start, wall", ours = measure.spread(ours), limit = measure.ms(b) ..
    " (`/bin/true`)", ratio = measure.ratio(a, b), aim = "under 15 ms" } }
end
