-- The scheduler's thread: joins queue, runner, poller and recovery on one loop, in named steps.
local M = {}

local STOP_PATIENCE_MS = 3000
local STOP_GRACE_MS = 2000
local STOP_MARGIN_MS = 2000
-- A game binds all addresses: of a machine's own ones these few are as good as any.
local MOST_ADDRESSES = 3

-- At which of the machine's addresses its games are asked.
local function game_addresses()
  local file <close> = io.open "/proc/net/fib_trie"
  local own = file and require("domain.addresses").own(file:read "a") or {}
  return { "127.0.0.1", table.unpack(own, 1, MOST_ADDRESSES) }
end

-- The ports of every part: those of the services, and what only the scheduler has.
local function join(config)
  local d = assert(require("boot.database").open(config))
  local ports
  -- What the console asks for must not hold up the jobs.
  local waiting = {
    run = function(command) return require("scheduler.process").run(ports, command) end,
    wait = function(fds, ms) ports.tasks:any("systemd", fds, ms) end,
  }
  ports = assert(require("boot.ports").join(config, d, waiting))
  ports.sock, ports.addresses = require "host.sock", game_addresses
  ports.root, ports.watch, ports.grace_ms = ports.fs, require "host.watch", ports.backend.grace_ms
  ports.loop = assert(require("host.loop").new())
  ports.tasks = require("scheduler.tasks").new(ports)
  ports.services = require("services").new(ports)
  ports.retention = require("scheduler.retention").new(ports.root, config.job_logs)
  ports.reserve = require("scheduler.reserve").new(ports.root, ports.crypto.random)
  return ports
end

-- Not for children: secrets they do not need, and what systemd gave to the service alone.
local OURS = {
  "SECRET_KEY", "LEFT4ME_ADMIN_PASSWORD", "LEFT4ME_TOKEN", "STEAM_WEB_API_KEY", "NOTIFY_SOCKET", "WATCHDOG_PID",
  "WATCHDOG_USEC",
}

-- Children find the state directory and the database in their environment.
local function children(ports, config)
  local runtime = require "host.runtime"
  ports.env = runtime.environ()
  ports.env.LEFT4ME_ROOT, ports.env.LEFT4ME_DB, ports.env.LEFT4ME_BACKEND = config.root, config.db, config.backend
  ports.env.LEFT4ME_STEAMCMD = config.steamcmd
  for _, name in ipairs(OURS) do ports.env[name] = nil end
  ports.programs = {
    left4me = runtime.executable:gsub("[^/]*$", "left4me"), l4d2ctl = runtime.executable:gsub("[^/]*$", "l4d2ctl"),
  }
end

-- Jobs first: what a crash left behind is cleared away before the first one is claimed.
local function start_queue(ports, config)
  local runner = require("scheduler.runner").new(ports)
  local queue = require("scheduler.queue").new(ports, runner, config.job_workers)
  local tasks, hub = ports.tasks, ports.hub
  local health = require("scheduler.health").new(ports, require("services.health").ASKED,
    require("scheduler.process").run)
  ports.retention:sweep()
  local claiming = tasks:spawn("queue", function()
    require("scheduler.recover").run(ports)
    queue:run()
  end)
  tasks:spawn("health", function() health:work() end)
  tasks:spawn("bell", function()
    while true do
      tasks:readable(hub.bell_fd(), "the bell")
      hub.bell_read()
      queue:wake()
      health:wake()
    end
  end)
  return { runner = runner, queue = queue, claiming = claiming }
end

local function start_watchers(ports, config, jobs)
  local tasks = ports.tasks
  local poller = require("scheduler.poller").new(ports)
  local outside = require("scheduler.outside").new(ports, config.db)
  tasks:spawn("poller", function() poller:run(config.poll_seconds * 1000) end)
  tasks:spawn("watch", function() poller:follow() end)
  tasks:spawn("live", function() require("scheduler.live").new(ports):run() end)
  tasks:spawn("outside", function() outside:run(function() jobs.queue:wake() end) end)
end

-- systemd starts a service anew that says nothing for WATCHDOG_USEC.
local function start_watchdog(ports, jobs)
  local runtime, watchdog = require "host.runtime", require "scheduler.watchdog"
  local interval_ms = watchdog.interval(runtime.environ(), (runtime.ids()))
  if not interval_ms then return end
  ports.notify = runtime.notify
  ports.tasks:spawn("watchdog", function() watchdog.run(ports, interval_ms, jobs.claiming) end)
end

local function turn_while_jobs_run(ports, runner, limit_ms)
  local deadline = ports.clock.monotonic() + limit_ms
  while runner.count > 0 and ports.clock.monotonic() < deadline do
    ports.tasks:turn(math.max(0, deadline - ports.clock.monotonic()))
  end
end

-- Builds and installations end at once, for they may take an hour; work on a server gets a moment to finish by itself.
-- What does not end then is killed as its task is cancelled; the next start finds it lost. No job begins meanwhile.
local function stop(ports, jobs)
  local runner = jobs.runner
  ports.tasks:cancel(jobs.claiming)
  runner:stop({ host = true, overlay = true }, STOP_GRACE_MS)
  turn_while_jobs_run(ports, runner, STOP_PATIENCE_MS)
  runner:stop({ host = true, overlay = true, server = true }, STOP_GRACE_MS)
  turn_while_jobs_run(ports, runner, STOP_GRACE_MS + STOP_MARGIN_MS)
  ports.tasks:cancel_all()
end

--- Run until the service stops.
-- @param config_text string the configuration as JSON, see boot.config
function M.run(config_text)
  local config = assert(require("host.json").decode(config_text))
  require("base.strict").install(_G)
  local ports = join(config)
  children(ports, config)
  assert(ports.root:mkdirs("logs/jobs"))
  local stop_console = require("boot.console_service").start(ports, config)
  local jobs = start_queue(ports, config)
  start_watchers(ports, config, jobs)
  start_watchdog(ports, jobs)
  collectgarbage() -- what the start alone needed, among it the reserve's megabyte
  while not ports.hub.stopping() do ports.tasks:turn() end
  stop_console()
  stop(ports, jobs)
  require("store.db").close(ports.db)
  ports.loop:close()
end

return M
