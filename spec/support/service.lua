-- Starts a real `left4me serve` on a throw-away state directory with the demo game, for specs and benchmarks.
local clock = require "host.clock"
local fs = require "host.fs"
local http = require "spec.support.http_client"
local proc = require "host.proc"
local runtime = require "host.runtime"

local M = {}

local Service = {}
Service.__index = Service
M.Service = Service

local DEADLINE_MS = 20000
local FINAL = { succeeded = true, failed = true, cancelled = true, lost = true }

--- Wait until the condition gives a true value; raises with the name after the deadline.
-- @param name string what is waited for
-- @param condition function → value, and what else there is to say while that is false
-- @param deadline_ms integer|nil
-- @return the condition's value
function M.eventually(name, condition, deadline_ms)
  local deadline = clock.monotonic() + (deadline_ms or DEADLINE_MS)
  local pause <close> = require("host.loop").new()
  local instead
  repeat
    local value
    value, instead = condition()
    if value then return value end
    pause:wait(5)
  until clock.monotonic() > deadline
  error("waited in vain for " .. name .. (instead and ": " .. tostring(instead) or ""), 2)
end

--- Make a directory of its own beneath /tmp.
-- @return string absolute path
function M.temporary_directory()
  local result = assert(proc.run { argv = { "mktemp", "-d", "/tmp/left4me-spec.XXXXXX" }, timeout_ms = 5000 })
  return (result.stdout:gsub("%s+$", ""))
end

-- HOME is the state directory: installing links Steam's libraries there.
local function environment(root, extra)
  local env = runtime.environ()
  env.HOME = root
  env.LEFT4ME_STEAMCMD = runtime.share_dir .. "/spec/support/steamcmd/steamcmd.sh"
  env.LEFT4ME_ROOT = nil
  for name, value in pairs(extra or {}) do env[name] = value end
  return env
end

--- Run left4me or l4d2ctl on the service's state directory.
-- @return {kind, code, stdout, stderr}
function Service:run(program, ...)
  local path = program == "l4d2ctl" and runtime.executable:gsub("[^/]*$", "l4d2ctl") or runtime.executable
  local argv = { path, ... }
  if program == "l4d2ctl" then
    table.insert(argv, 2, "--root")
    table.insert(argv, 3, self.root)
  else
    table.insert(argv, "--root")
    table.insert(argv, self.root)
  end
  return assert(proc.run { argv = argv, env = self.env, timeout_ms = 60000, max_output = 1 << 24 })
end

local function must(result)
  local fine = result.kind == "exit" and result.code == 0
  assert(fine, ("exit %s\n%s%s"):format(result.code, result.stdout, result.stderr))
  return result.stdout
end

--- Start (or start again) the service process; waits until it answers.
function Service:serve()
  local argv = { runtime.executable, "serve", "--root", self.root, "--listen", self.address or "127.0.0.1:0",
    "--backend", "standalone" }
  local log = self.directory:append("serve.log")
  self.process = assert(proc.spawn { argv = argv, env = self.env, stdin = "null", stdout = log:fd(),
    stderr = log:fd(), session = true })
  local from = log:size()
  log:close()
  M.eventually("the service's address", function()
    local text = self:log():sub(from + 1)
    assert(self.process:wait() == nil, "the service ended: " .. text)
    self.address = text:match("http://([%d.]+:%d+)")
    return self.address
  end)
  M.eventually("the service's answer", function()
    local ok, response = pcall(http.request, self.address, "GET", "/health")
    return ok and response.status == 200
  end)
end

--- What the service wrote to its standard output and error.
function Service:log()
  return assert(self.directory:read("serve.log", 1 << 24))
end

--- One API call as the admin. Raises unless the status is the expected one (when given).
function Service:api(method, path, body, expected)
  local response = http.request(self.address, method, "/api/v1" .. path,
    { json = body, headers = { Authorization = "Bearer " .. self.token } })
  assert(not expected or response.status == expected,
    ("%s %s answered %d: %s"):format(method, path, response.status, response.body))
  return response.json or response.body, response.status
end

--- Wait until a job has ended; returns it.
function Service:finished(job)
  return M.eventually(("job %d"):format(job.id), function()
    local now = self:api("GET", "/jobs/" .. job.id, nil, 200)
    return FINAL[now.state] and now
  end, 60000)
end

--- End the process and wait for it.
-- @param signal string|nil "TERM" (default) or "KILL"
function Service:stop(signal)
  if not self.process then return end
  self.process:kill(signal or "TERM")
  M.eventually("the service's end", function() return self.process:wait() end)
  self.process:close()
  self.process = nil
end

--- Stop every game server, the service, and remove the state directory.
function Service:remove()
  for _, entry in ipairs(self.directory:list("instances") or {}) do self:run("l4d2ctl", "delete", entry.name) end
  self:stop()
  proc.run { argv = { "rm", "-rf", "--", self.root }, timeout_ms = 60000 }
end
Service.__close = Service.remove

--- Make a state directory with an admin, a token and the demo game, and serve it.
-- @param options {env=table, root=directory, demo_game=boolean (default true), serve=boolean (default true)}|nil
-- @return service; use it as a to-be-closed variable
function M.start(options)
  options = options or {}
  local self = setmetatable({ root = options.root or M.temporary_directory() }, Service)
  self.env = environment(self.root, options.env)
  self.env.LEFT4ME_ADMIN_PASSWORD = "a password for specs only"
  self.directory = assert(fs.root(self.root))
  must(self:run("left4me", "migrate"))
  must(self:run("left4me", "user", "create", "admin", "--admin"))
  self.token = must(self:run("left4me", "token", "create", "admin")):match("l4m_[%w_-]+")
  if options.demo_game ~= false then must(self:run("l4d2ctl", "install")) end
  if options.serve ~= false then self:serve() end
  return self
end

return M
