-- Claims jobs until none is left and prints their ids: `left4me lua spec/support/claimer.lua DATABASE`; begins when its
-- input ends.
local d = assert(require("store.db").open(arg[1]))
local jobs = require("store").new(d).jobs
io.stdout:write("ready\n")
io.stdout:flush()
io.read("a")
for job in function() return (jobs:claim(1)) end do io.stdout:write(job.id, "\n") end
d:close()
return 0
