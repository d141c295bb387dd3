-- A scheduler module for specs: its loop turns until the watchdog was fed three times, then it hangs for twenty of the
-- intervals, says so, and goes on hanging until the service stops.
local clock = require "host.clock"
local hub = require "host.hub"
local log = require "base.log"
local loop = require "host.loop"
local runtime = require "host.runtime"
local tasks = require "scheduler.tasks"
local watchdog = require "scheduler.watchdog"

local M = {}

function M.run()
  local ports = { clock = clock, loop = assert(loop.new()), log = log.new {} }
  ports.tasks = tasks.new(ports)
  local fed, interval = 0, watchdog.interval(runtime.environ(), (runtime.ids()))
  function ports.notify(text)
    fed = fed + 1
    return runtime.notify(text)
  end
  local claiming = ports.tasks:spawn("queue", function() ports.tasks:sleep(1 << 40) end)
  ports.tasks:spawn("watchdog", function() watchdog.run(ports, interval, claiming) end)
  ports.tasks:run(function() return fed == 3 end)
  runtime.notify "STATUS=hangs"
  local over = clock.monotonic() + 20 * interval
  while clock.monotonic() < over do hub.wait("scheduler", hub.generation "scheduler", interval) end
  runtime.notify "STATUS=has hung"
  while not hub.stopping() do hub.wait("scheduler", hub.generation "scheduler", 60000) end
end

return M
