-- Mounts and unmounts one overlay many times through host.mount and prints the median in milliseconds.
local lower1, lower2, upper, work, merged, count = ...
package.path = require("host.runtime").share_dir .. "/?.lua;" .. package.path
local measure = require "spec.bench.measure"
local mount = require "host.mount"

local plan = { { op = "overlay", lower = { lower1, lower2 }, upper = upper, work = work, to = merged } }
local times = measure.alternate(math.tointeger(count), function()
  assert(mount.apply(plan))
  assert(mount.umount(merged))
end)
print(("%.3f"):format(measure.percentile(times, 50)))
return 0
