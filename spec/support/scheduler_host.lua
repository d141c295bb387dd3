-- Runs the scheduler's thread alone, as a process: `left4me lua spec/support/scheduler_host.lua ROOT`.
local config = assert(require("boot.ports").config { root = arg[1], backend = "standalone" })
config.secret_key = ("spec"):rep(10)
require("boot.scheduler").run(require("host.json").encode(config))
return 0
