-- `left4me serve`: web, API, scheduler and pollers in one process.
local clock = require "host.clock"
local crypto = require "host.crypto"
local database = require "boot.database"
local directory = require "boot.directory"
local json = require "host.json"
local loop = require "host.loop"
local ports = require "boot.ports"
local proc = require "host.proc"
local runtime = require "host.runtime"
local serve = require "host.serve"

local M = {}

-- A service that was killed while it made a child leaves its lock with that child, until the child is its own program.
local LEFT_MS = 1000

local function is_left(holder)
  local pid = math.tointeger(tonumber(holder:match("^process (%d+)")))
  return pid ~= nil and not proc.start_time(pid)
end

-- One serve per state directory; the file says who it is.
local function take_lock(root, config)
  local give_up, pause <close> = clock.monotonic() + LEFT_MS, loop.new()
  while true do
    local lock, message, code = root:lock("serve.lock", ("process %d"):format((runtime.ids())))
    if lock or code ~= "EWOULDBLOCK" then return lock, message end
    if not is_left(message) or clock.monotonic() > give_up then
      return nil, ("another left4me serve uses %s already: %s"):format(config.root, message)
    end
    pause:wait(5)
  end
end

-- Where systemd started us it waits for this; a deaf one must not keep us from serving.
local function tell(text)
  local told, message = runtime.notify(text)
  if told == nil then runtime.write(2, ("left4me: %s\n"):format(message)) end
end

local function announce(root, config)
  return function(ip, port)
    local address = ("http://%s:%d"):format(ip, port)
    local file = assert(root:append("serve.lock"))
    assert(file:write(" at " .. address))
    file:close()
    runtime.write(1, ("left4me serves %s (state directory %s, %s backend)\n")
      :format(address, config.root, config.backend))
    tell("READY=1\nSTATUS=Serves " .. address)
  end
end

local function explain(config, message, code)
  if code == "EADDRINUSE" then
    return ("%s:%d is in use by another program: stop it, or say --listen ADDRESS:PORT")
      :format(config.listen_ip, config.listen_port)
  end
  return message
end

local function run(root, config)
  local ok, message, code = serve.run {
    listen_ip = config.listen_ip, listen_port = config.listen_port, web = "boot.web",
    scheduler = "boot.scheduler", config = json.encode(config), on_ready = announce(root, config),
    on_stop = function() tell "STOPPING=1\nSTATUS=Stops: jobs end in order" end,
  }
  if not ok then return nil, explain(config, message, code) end
  return 0
end

-- The steps of a start, in order; each may refuse with one line.
local function start(config)
  local root, message = directory.prepare(config)
  if not root then return nil, message end
  local lock <close>, held = take_lock(root, config)
  if not lock then return nil, held end
  config.secret_key, message = directory.secret_key(config, root, crypto)
  if not config.secret_key then return nil, message end
  local d
  d, message = database.migrate(config)
  if not d then return nil, message end
  require("store.db").close(d)
  return run(root, config)
end

--- Serve until told to stop.
-- @param options table {root=, listen=, backend=}
-- @return integer|nil exit code
-- @return string|table|nil message or err
function M.run(options)
  local config, err = ports.config(options)
  if not config then return nil, err end
  return start(config)
end

return M
