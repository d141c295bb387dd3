-- A booted test host, seen from outside or inside: commands in it, its files, reboots, the service installed there.
local fs = require "host.fs"
local proc = require "host.proc"
local runtime = require "host.runtime"
local service = require "spec.support.service"

local M = {}

-- What specs do with a service (api, finished), they do with the one on the host.
local Host = setmetatable({}, { __index = service.Service })
Host.__index = Host

local ENTER = runtime.share_dir .. "/deploy/hosts/enter"
local ADMIN = "spec-admin"
local FINAL = { succeeded = true, failed = true, cancelled = true, lost = true }

--- Run a shell command on the host as root, in the clone's directory.
-- @param command string for bash
-- @param timeout_ms integer|nil default 60000
-- @return table {kind=, code=, stdout=, stderr=} as host.proc.run gives it
function Host:sh(command, timeout_ms)
  local argv = self.work and { ENTER, self.work, "bash", "-c", command } or { "bash", "-c", command }
  return assert(proc.run { argv = argv, timeout_ms = timeout_ms or 60000,
    max_output = 1 << 24 })
end

--- Run a shell command on the host; raises unless it exits 0.
-- @return string its standard output without the newline at its end
function Host:must(command, timeout_ms)
  local result = self:sh(command, timeout_ms)
  assert(result.kind == "exit" and result.code == 0,
    ("%s: exit %s\n%s%s"):format(command, result.code, result.stdout, result.stderr))
  return (result.stdout:gsub("\n$", ""))
end

--- The path of the host's root directory, as seen from here: "" on the host itself.
-- @return string
function Host:root_path()
  return self.work and self.work .. "/tree" or ""
end

--- Wait until the condition gives a true value; raises with the name after the deadline.
function Host:eventually(name, condition, deadline_ms) -- luacheck: ignore 212/self
  return service.eventually(name, condition, deadline_ms)
end

--- Wait until systemd has started everything.
-- @return string "running" or "degraded"
function Host:started()
  return self:eventually("a started system", function()
    local state = self:sh("systemctl is-system-running").stdout:match("%l+")
    return (state == "running" or state == "degraded") and state
  end, 60000)
end

--- Restart the whole host and wait until it is up again. Only from outside.
-- @return string "running" or "degraded"
function Host:reboot()
  local here = assert(fs.root(self.work))
  local before = assert(here:read("nspawn.pid", 64))
  self:must("systemctl reboot")
  -- Nothing is asked inside meanwhile: a command that is there when systemd stops all processes would keep it waiting.
  self:eventually("another boot", function() return here:read("nspawn.pid", 64) ~= before end, 60000)
  return self:started()
end

local function quoted(argument)
  return "'" .. argument:gsub("'", "'\\''") .. "'"
end

--- Run left4me or l4d2ctl on the host, as root.
-- @param program string "left4me" or "l4d2ctl"
-- @return table {kind=, code=, stdout=, stderr=}
function Host:run(program, ...)
  local words = { "/usr/local/bin/" .. program, ... }
  for i, word in ipairs(words) do words[i] = quoted(tostring(word)) end
  return self:sh(table.concat(words, " "))
end

--- Wait until the service answers.
function Host:answering()
  self:eventually("the service's answer", function()
    return self:sh("curl -sf http://" .. self.address .. "/health").code == 0
  end)
end

--- Make the admin of the specs and a token, unless this was done before; afterwards api() works.
-- @return the host
function Host:login()
  self:answering()
  local users = self:must("left4me user list")
  if not users:find(ADMIN, 1, true) then
    self:must("LEFT4ME_ADMIN_PASSWORD='a password for specs only' left4me user create " .. ADMIN .. " --admin")
  end
  self.token = self:must("left4me token create " .. ADMIN):match("l4m_[%w_-]+")
  return self
end

--- As eventually(), for hosts that are slow: asks about twice a second, for five minutes.
function Host:slowly(name, condition)
  return self:eventually(name, function()
    local value = condition()
    if not value then self:sh("sleep 0.4") end
    return value
  end, 300000)
end

--- Wait until a job has ended; returns it.
function Host:finished(job)
  return self:slowly(("job %d"):format(job.id), function()
    local now = self:api("GET", "/jobs/" .. job.id, nil, 200)
    return FINAL[now.state] and now
  end)
end

--- Write a drop-in for units until the next reset_units().
-- @param unit string such as "build-overlay@.service"
-- @param lines string of its section [Service]
function Host:limit(unit, lines)
  self:must(("mkdir -p /run/systemd/system/%s.d && printf '[Service]\n%%s\n' '%s' >/run/systemd/system/%s.d/spec.conf")
    :format(unit, lines, unit) .. " && systemctl daemon-reload")
end

--- Take the drop-ins of limit() away.
function Host:reset_units()
  self:must("rm -rf /run/systemd/system/*.d/spec.conf && systemctl daemon-reload")
end

--- What the service wrote to the journal since the last boot.
function Host:log()
  return self:must("journalctl -b -o cat -u left4me-web.service")
end

--- The host this spec was started for: the container, from outside; from inside, the machine itself. Specs share it:
-- they leave it running and clean up behind themselves.
-- @return host
function M.host()
  local self = setmetatable({ work = runtime.getenv("LEFT4ME_TEST_HOST"), address = "127.0.0.1:8000" }, Host)
  assert(self.work or fs.root("/root/left4me"), "this is no test host: use deploy/test --host or --vm")
  self.root = self:root_path() .. "/var/lib/left4me"
  self.directory = fs.root(self.root)
  return self
end

return M
