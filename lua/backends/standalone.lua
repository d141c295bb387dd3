-- The standalone backend: no root, no system bus; every server has a small supervisor process of its own.
local fs = require "host.fs"
local instance = require "domain.instance"

local M = {}

local Standalone = {}
Standalone.__index = Standalone

--- Open the backend on a state directory.
-- @param options table {root=absolute path, policy=table|nil as domain.restart.policy,
--   supervisor=argv|nil of the program that supervises the server named by its last argument,
--   run=function|nil as host.proc.run, where that must not block}
-- @return table|nil backend; string message; string code
function M.new(options)
  local dir, err, code = fs.root(options.root)
  if not dir then
    if code == "ENOENT" then err = "there is no state directory " .. options.root .. " yet" end
    return nil, err, code
  end
  local executable = require("host.runtime").executable:gsub("[^/]*$", "left4me")
  return setmetatable({
    root = options.root, dir = dir, policy = options.policy,
    supervisor = options.supervisor or { executable, "supervise" }, run = options.run,
  }, Standalone)
end

--- Start a server and wait until its game runs; a running one stays as it is. May block.
-- @param name string
-- @return true|nil, message, code
function Standalone:start(name)
  return require("backends.standalone.start").run(self, name)
end

--- Stop a server and wait for its end; a stopped one is a success. May block.
-- @param name string
-- @return true|nil, message, code
function Standalone:stop(name)
  return require("backends.standalone.stop").run(self, name)
end

--- What a server is doing.
-- @param name string
-- @return table {state="running|stopped|unknown", active=, sub=, pid=integer|nil, since=unix ms|nil,
--   invocation=string|nil, memory=bytes|nil, cpu_usec=integer|nil, restarts=, exit=string|nil,
--   error=string|nil}
function Standalone:status(name)
  return require("backends.standalone.status").of(self.dir, name)
end

--- Whether a server runs.
-- @param name string
-- @return boolean
function Standalone:runs(name)
  return self:status(name).state == "running"
end

--- Look at many servers at one moment.
-- @return function(name) → as of Standalone:status
function Standalone:glance()
  return function(name) return self:status(name) end
end

--- Where the console output of this run is, or of the last one.
-- @param name string
-- @return table|nil {kind="file", path=absolute}; nil when it never ran
function Standalone:log(name)
  local record = require("backends.standalone.state").read(self.dir, name)
  if not (record and record.invocation) then return nil end
  local path = require("backends.standalone.console_log").path(name, record.invocation)
  return { kind = "file", path = self.root .. "/" .. path }
end

--- Remove what is kept about a server beside its instance: logs and status.
-- @param name string
-- @return true|nil, message, code
function Standalone:forget(name)
  local paths = instance.paths(name)
  for _, path in ipairs { paths.logs, paths.status, paths.lock } do
    local ok, err, code = self.dir:remove_tree(path)
    if not ok then return nil, err, code end
  end
  return true
end

local function watcher(self)
  self.watching = self.watching or require("backends.standalone.watch").new(self.dir, self.root)
  return self.watching
end

--- The servers that changed since the last call; at the first, all that ever ran. Does not block.
-- @return table name → "status" (then perhaps its console log too) or "log"
function Standalone:watch()
  return watcher(self):changed()
end

--- The descriptor that is readable when watch() has something to say; to be asked for again after each call.
-- @return integer|nil nil when watch() must be called now and then instead
function Standalone:watch_fd()
  return watcher(self):fd()
end

local function sandbox(self, overlay_id, script)
  return require("builders.bubblewrap").new {
    root = self.root, dir = self.dir, id = overlay_id, script = script, run_program = self.run,
  }
end

--- Build a script overlay; see builders.script. May block for an hour.
-- @param overlay_id integer
-- @param script string
-- @param options table|nil
-- @return integer|nil exit code; string message; string code
function Standalone:build(overlay_id, script, options)
  return require("builders.script").build(self.dir, overlay_id, sandbox(self, overlay_id, script), options)
end

--- Empty an overlay through the same sandbox. May block.
-- @param overlay_id integer
-- @param permitted function|nil → boolean; asked when no build and no other wipe can be at it any more
-- @return true|nil, message, code: "busy" while a build or another wipe is at it, "refused" when not permitted,
--   "unfinished" when it is to be wiped again
function Standalone:wipe(overlay_id, permitted)
  return require("builders.script").wipe(self.dir, overlay_id, sandbox(self, overlay_id), { permitted = permitted })
end

--- End a build that lost the process which followed it: the kernel has, with that process.
-- @return boolean
function Standalone.end_build()
  return true
end

--- Wait for the end of a wipe, should there be one. May block for as long as a wipe may take.
-- @param overlay string its name below overlays/
-- @param on_wait function called once when there is something to wait for
function Standalone:after_wipe(overlay, on_wait)
  require("builders.script").after_wipe(self.dir, overlay, on_wait)
end

--- Remove what is left of an overlay that was emptied and is not in the database any more.
-- @param overlay_id integer
-- @return true|nil, message, code
function Standalone:discard(overlay_id)
  return require("builders.script").discard(self.dir, overlay_id)
end

--- What this host can and cannot do for this backend.
-- @return table[] {ok=boolean|"note", text=string, mend=string|nil}
function M.check()
  return require("backends.standalone.check").lines()
end

return M
