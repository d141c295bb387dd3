-- Starts a server's supervisor and waits for its word on whether the game runs.
local clock = require "host.clock"
local loop = require "host.loop"
local proc = require "host.proc"

local M = {}

-- Longer than a supervisor needs to stop its game (15 s), as a start may meet one doing so.
local DEADLINE_MS = 30000

local function collect(child, into)
  for _, stream in ipairs { "stdout", "stderr" } do
    local data = child:read(stream, 65536)
    while data do
      into[stream] = into[stream] .. data
      data = child:read(stream, 65536)
    end
  end
end

-- The supervisor says one line on stdout: "running", "busy" or "failed: …"; dying counts as failed.
local function verdict(child, deadline)
  local poll <close> = loop.new()
  poll:add(child:fd("stdout"), "r", "stdout")
  poll:add(child:pidfd(), "r", "end")
  local heard = { stdout = "", stderr = "" }
  repeat
    poll:wait(math.max(0, deadline - clock.monotonic()))
    collect(child, heard)
    local line = heard.stdout:match("^([^\n]*)\n")
    if line then return line end
    if child:wait() then
      collect(child, heard)
      local why = (heard.stdout .. heard.stderr):match("^%s*(.-)%s*$")
      return heard.stdout:match("^([^\n]*)\n")
        or "failed: the supervisor ended at once" .. (why ~= "" and ": " .. why or "")
    end
  until clock.monotonic() >= deadline
  return "failed: the supervisor did not answer in time"
end

local function launch(backend, name, deadline)
  local argv = table.move(backend.supervisor, 1, #backend.supervisor, 1, {})
  table.move({ name, "--root", backend.root }, 1, 3, #argv + 1, argv)
  local child, err, code = proc.spawn {
    argv = argv, cwd = "/",
    stdin = "null", stdout = "pipe", stderr = "pipe", session = true,
  }
  if not child then return nil, err, code end
  local line = verdict(child, deadline)
  child:close()
  return line
end

local function pause(ms)
  local sleep <close> = loop.new()
  sleep:wait(ms)
end

--- Start a server.
-- @param backend table {root=, dir=, supervisor=argv}
-- @param name string
-- @return true|nil, message, code
function M.run(backend, name)
  local deadline = clock.monotonic() + DEADLINE_MS
  local ok, err, code = backend.dir:mkdirs("run/servers", 488) -- 0750
  if not ok then return nil, err, code end
  while true do
    if backend:status(name).state == "running" then return true end
    local line
    line, err, code = launch(backend, name, deadline)
    if not line then return nil, err, code end
    if line == "running" then return true end
    if line ~= "busy" then return nil, (line:gsub("^failed: ", "")), "start_failed" end
    if clock.monotonic() >= deadline then
      return nil, "another supervisor of this server is stopping and does not end", "busy"
    end
    pause(20)
  end
end

return M
