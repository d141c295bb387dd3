-- The systemd backend: every server and build is a unit; this process may only ask systemd to start and stop them.
local bus = require "host.bus"
local connections = require "backends.systemd.connection"
local fs = require "host.fs"
local instance = require "domain.instance"
local units = require "domain.units"
local waiting = require "backends.systemd.waiting"

local M = {}

local Systemd = {}
Systemd.__index = Systemd

local PURGE_MS = 30000

--- How long who follows a build has to end when asked: systemd gives the build ten seconds, and its end is to be told.
Systemd.grace_ms = 15000

--- Open the backend.
-- @param options table {root=absolute path, wait=function(fds, ms)|nil for who must not block while it waits long,
--   patience_ms=integer|nil how long a question may take, for who must not block at all}
-- @return table|nil backend; string message; string code
function M.new(options)
  local dir, err, code = fs.root(options.root)
  if not dir then
    if code == "ENOENT" then err = "there is no state directory " .. options.root .. " yet" end
    return nil, err, code
  end
  local self = setmetatable({
    root = options.root, dir = dir, wait = options.wait or waiting.here, patience_ms = options.patience_ms,
  }, Systemd)
  self.questions = self:questioner()
  return self
end

--- A connection for questions: they are answered within milliseconds, so whoever asks, be it the scheduler, waits.
-- @return table backends.systemd.connection
function Systemd:questioner()
  return connections.new { open = bus.open, wait = waiting.here, patience_ms = self.patience_ms }
end

--- A connection to follow jobs on. A command has but one.
-- @return table backends.systemd.connection; close it
function Systemd:connect()
  if not self.patience_ms then return self.questions end
  return connections.new { open = bus.open, wait = self.wait }
end

--- Start a server, now and with the host; a running one stays as it is. May block.
-- @param name string
-- @return true|nil, message, code
function Systemd:start(name)
  return require("backends.systemd.start").run(self, name)
end

--- Stop a server, and do not start it with the host; a stopped one is a success. May block.
-- @param name string
-- @return true|nil, message, code
function Systemd:stop(name)
  return require("backends.systemd.stop").run(self, name)
end

--- What a server is doing.
-- @param name string
-- @return table {state="running|stopped|unknown", active=, sub=, pid=integer|nil, since=unix ms|nil,
--   invocation=string|nil, memory=bytes|nil, cpu_usec=integer|nil, restarts=, error=string|nil}
function Systemd:status(name)
  return require("backends.systemd.status").of(self.questions, name)
end

--- Whether a server runs.
-- @param name string
-- @return boolean
function Systemd:runs(name)
  return require("backends.systemd.loaded").state(self.questions, units.server(name)) == "active"
end

--- Look at many servers at one moment, with one question.
-- @return function(name) → {state=, active=, sub=, error=|nil}
function Systemd:glance()
  return require("backends.systemd.status").glance(self.questions)
end

--- The console log of this run, or of the last one.
-- @param name string
-- @return table|nil {kind="journal", unit=, invocation=|nil, after=cursor|nil, boot=|nil}; nil when it never ran
function Systemd:log(name)
  return require("backends.systemd.run").log(self, name)
end

--- Remove what is kept about a server beside its instance. Its output stays in the journal until that forgets it.
-- @param name string
-- @return true|nil, message, code
function Systemd:forget(name)
  return self.dir:remove_tree(instance.paths(name).status)
end

--- Remove a stopped server's runtime directory with what only root can remove in it.
-- @param name string
-- @return true|nil, message
function Systemd:purge(name)
  local connection <close> = self:connect()
  local before = require("host.journal").cursor()
  local job = connection:submit("start", units.purge(name))
  connection:finish({ job }, PURGE_MS)
  if job.result == "done" then return true end
  return nil, require("backends.systemd.said").why(job, before)
end

local function watcher(self)
  self.watching = self.watching or require("backends.systemd.watch").new(self:questioner())
  return self.watching
end

--- The servers that changed since the last call; at the first, all that systemd has loaded.
-- @return table name → "status"
function Systemd:watch()
  return watcher(self):changed()
end

--- The descriptor that is readable when watch() has something to say; to be asked for again after each call.
-- @return integer|nil nil when watch() must be called now and then instead
function Systemd:watch_fd()
  return watcher(self):fd()
end

local function sandbox(self, overlay_id)
  return require("backends.systemd.sandbox").new(overlay_id, function() return self:connect() end)
end

--- Build a script overlay, its script as it is in the database; see builders.script. May block for an hour.
-- @param overlay_id integer
-- @param _ string the script
-- @param options table {step=, complain=, put=}
-- @return integer|nil exit code; string message; string code
function Systemd:build(overlay_id, _, options)
  return require("builders.script").build(self.dir, overlay_id, sandbox(self, overlay_id), options)
end

--- Empty an overlay through the same sandbox. May block.
-- @param overlay_id integer
-- @param permitted function|nil → boolean; asked when no build and no other wipe can be at it any more
-- @return true|nil, message, code: "busy" while a build or another wipe is at it, "refused" when not permitted,
--   "unfinished" when it is to be wiped again
function Systemd:wipe(overlay_id, permitted)
  return require("builders.script").wipe(self.dir, overlay_id, sandbox(self, overlay_id), { permitted = permitted })
end

--- End a build that lost the process which followed it. May block.
-- @param overlay_id integer
function Systemd:end_build(overlay_id)
  return sandbox(self, overlay_id):finish()
end

--- Wait for the end of a wipe, should there be one. May block for as long as a wipe may take.
-- @param overlay string its name below overlays/
-- @param on_wait function called once when there is something to wait for
function Systemd:after_wipe(overlay, on_wait)
  require("builders.script").after_wipe(self.dir, overlay, on_wait)
end

--- Remove what is left of an overlay that was emptied and is not in the database any more.
-- @param overlay_id integer
-- @return true|nil, message, code
function Systemd:discard(overlay_id)
  return require("builders.script").discard(self.dir, overlay_id)
end

--- What this host can and cannot do for this backend.
-- @return table[] {ok=boolean|"note", text=string, mend=string|nil}
function M.check()
  return require("backends.systemd.check").lines()
end

return M
