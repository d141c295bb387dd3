-- Builds and wipes script overlays: one at a time each, in a sandbox that the backend brings, within the disk cap.
local clock = require "host.clock"
local loop = require "host.loop"

local M = {}

local GIB = 1 << 30
local PAUSE_MS = 20
local PRIVATE = 488 -- 0750
local FAILED = 1

--- What an overlay may take on disk after a build; how long whoever asks for a wipe waits for it.
M.limits = { disk_bytes = 20 * GIB, wipe_ms = 30 * 1000 }

-- What the overlay takes, told to whoever keeps it as far as it is known.
local function measure(dir, id, tell)
  local usage, err = dir:usage("overlays/" .. id)
  if tell then tell(usage and usage.unreadable == 0 and usage or nil) end
  return usage, err
end

local function within_disk_cap(usage, err, limits, complain)
  if not usage then
    complain("cannot measure the overlay: " .. err)
    return false
  end
  if usage.unreadable > 0 then
    complain(("%d directories of the overlay may not be read: no server could use them, and their size is not known")
      :format(usage.unreadable))
    return false
  end
  if usage.bytes <= limits.disk_bytes then return true end
  complain(("disk-cap-exceeded: the overlay takes %.1f GiB, %.1f GiB are allowed")
    :format(usage.bytes / GIB, limits.disk_bytes / GIB))
  return false
end

local function lock_of(name)
  return ("run/builds/%s.lock"):format(name)
end

-- Who builds or wipes an overlay does so alone. → lock | nil, message, code
local function hold(dir, name, work)
  local ok, err, code = dir:mkdirs("run/builds", PRIVATE)
  if not ok then return nil, err, code end
  local lock, holder, why = dir:lock(lock_of(name), work)
  if lock then return lock end
  if why ~= "EWOULDBLOCK" then return nil, holder, why end
  return nil, ("a %s of this overlay is at work"):format(holder), "busy"
end

--- Run an overlay's script. May block for an hour.
-- @param dir host.fs root of the state directory
-- @param id integer the overlay's
-- @param sandbox table with run(self, options) → exit code | nil, message, code
-- @param options table {step=function(text), complain=function(text), put=function(stream, text),
--   measured=function({bytes=, files=}|nil when it is not known)|nil called after every build,
--   limits=table|nil as M.limits}
-- @return integer|nil exit code: the script's, or 1 when the overlay became too large
-- @return string message, string code: the build could not begin
function M.build(dir, id, sandbox, options)
  local lock <close>, err, code = hold(dir, id, "build")
  if not lock then return nil, err, code end
  options.step("prepare the sandbox")
  options.step("run the script")
  local exit
  exit, err, code = sandbox:run(options)
  if not exit then return nil, err, code end
  if exit == 0 then options.step("measure the overlay") end
  local usage, problem = measure(dir, id, options.measured)
  if exit ~= 0 then return exit end
  return within_disk_cap(usage, problem, options.limits or M.limits, options.complain) and 0 or FAILED
end

--- Empty an overlay, through the same sandbox; one at a time, as each takes one of the service's Lua states with it.
-- May block for half a minute, unless the sandbox does not.
-- @param dir host.fs root of the state directory
-- @param id integer the overlay's
-- @param sandbox table with empty(self, limit_ms) → true | nil, message, code
-- @param options table {permitted=function → boolean|nil asked when nobody else can be at it any more,
--   limits=table|nil as M.limits}
-- @return true|nil, message, code ("busy": a build or another wipe is at it; "refused": not permitted; "unfinished":
--   wipe it again)
function M.wipe(dir, id, sandbox, options)
  local turn <close>, problem, why = hold(dir, "wipe", "wipe")
  if not turn then return nil, why == "busy" and "another overlay is being wiped" or problem, why end
  local lock <close>, err, code = hold(dir, id, "wipe")
  if not lock then return nil, err, code end
  if options.permitted and not options.permitted() then return nil, "not permitted", "refused" end
  if not dir:stat("overlays/" .. id) then return true end
  return sandbox:empty((options.limits or M.limits).wipe_ms)
end

--- Wait for the end of a wipe, should there be one. May block for as long as a wipe may take.
-- @param dir host.fs root of the state directory
-- @param name string|integer the overlay's below overlays/
-- @param on_wait function called once when there is something to wait for
function M.after_wipe(dir, name, on_wait)
  local deadline = clock.monotonic() + M.limits.wipe_ms
  local pause <close> = loop.new()
  while dir:stat(lock_of(name)) do
    local lock <close>, holder = dir:lock(lock_of(name), "start")
    if lock or holder ~= "wipe" or clock.monotonic() >= deadline then return end
    on_wait()
    on_wait = function() end
    pause:wait(PAUSE_MS)
  end
end

--- Remove what is left of an overlay that was emptied and that nobody can build any more.
-- @param dir host.fs root of the state directory
-- @param id integer the overlay's
-- @return true|nil, message, code
function M.discard(dir, id)
  local ok, err, code = dir:remove_tree("overlays/" .. id)
  if not ok then return nil, err, code end
  return dir:remove_tree(lock_of(id))
end

return M
