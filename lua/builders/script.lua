-- Builds a script overlay: the owner's bash in a bubblewrap sandbox that sees its overlay and little else.
local clock = require "host.clock"
local loop = require "host.loop"
local ns = require "host.ns"
local proc = require "host.proc"
local sandbox = require "domain.sandbox"
local signal = require "host.signal"
local text = require "base.text"

local M = {}

local GIB = 1 << 30
local PAUSE_MS = 20

--- The limits of product.md that one process without control groups can hold a build to.
-- Whoever asks for a wipe waits for it.
M.limits = { wall_ms = 3600 * 1000, disk_bytes = 20 * GIB, wipe_ms = 30 * 1000 }

--- Exit codes of our own, as timeout(1) and a shell would choose them.
M.exits = { failed = 1, timed_out = 124, terminated = 143 }

local DIRECTORY, PRIVATE, FILE = 493, 488, 420 -- 0755, 0750, 0644

local function stage(dir, id, script)
  local overlay, staging = "overlays/" .. id, "run/builds/" .. id
  local ok, err, code = dir:mkdirs(overlay, DIRECTORY)
  if ok then ok, err, code = dir:mkdirs(staging, PRIVATE) end
  if ok then ok, err, code = dir:write(staging .. "/script.sh", script, FILE, { sync = false }) end
  if not ok then return nil, err, code end
  return staging
end

local function command(root, id, inner)
  local argv = { "bwrap" }
  local arguments = sandbox.build_arguments {
    overlay = root .. "/overlays/" .. id,
    script = inner == nil and root .. "/run/builds/" .. id .. "/script.sh" or nil,
    command = inner,
  }
  return table.move(arguments, 1, #arguments, 2, argv)
end

local function explain(err, code)
  if code ~= "ENOENT" then return err end
  return "bubblewrap is not installed, and a build runs only inside it: apt install bubblewrap"
end

-- Everything in the sandbox ends with its first process, and bwrap ends after it: so when bwrap is
-- gone nothing is left. Killing bwrap itself would not wait for that.
local function kill_sandbox(child)
  local file = io.open(("/proc/%d/task/%d/children"):format(child:pid(), child:pid()))
  local children = file and file:read("a") or "" -- bwrap may end while we look, and its child as well
  if file then file:close() end
  local first = math.tointeger(tonumber(children:match("%d+") or ""))
  local start_time = first and proc.start_time(first)
  local inner = start_time and proc.adopt(first, start_time)
  if not inner then return child:kill("KILL") end
  inner:kill("KILL")
  inner:close()
end

-- Wait for the sandbox's end, a signal to us, or the wall clock. → exit, reason
local function attend(child, signals, wall_ms)
  local poll <close> = loop.new()
  poll:add(child:pidfd(), "r", "end")
  poll:add(signals:fd(), "r", "signal")
  local deadline, reason = clock.monotonic() + wall_ms, nil
  while true do
    poll:wait(reason and -1 or math.max(0, deadline - clock.monotonic()))
    local exit = child:wait()
    if exit then return exit, reason end
    local before = reason
    if signals:read() then reason = reason or "terminated" end
    if clock.monotonic() >= deadline then reason = reason or "timed_out" end
    if reason ~= before then kill_sandbox(child) end
  end
end

local function code_of(exit)
  if exit.kind == "exit" then return exit.code end
  return 128 + exit.code
end

local function within_disk_cap(dir, id, limits, complain)
  local usage, err = dir:usage("overlays/" .. id)
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

local function run(root, dir, id, options)
  local limits = options.limits or M.limits
  local signals <close> = assert(signal.watch { "TERM", "INT" })
  local confined, problem, why = ns.confine()
  if not confined then return nil, problem, why end
  options.step("run the script")
  local child <close>, err, code = proc.spawn {
    argv = command(root, id), env = {}, stdin = "null", stdout = "inherit", stderr = "inherit", session = true,
  }
  if not child then return nil, explain(err, code), code end
  local exit, reason = attend(child, signals, limits.wall_ms)
  if reason == "timed_out" then
    options.complain(("the build was ended after %g s: that is the longest a build may take")
      :format(limits.wall_ms / 1000))
  end
  if reason then return M.exits[reason] end
  if code_of(exit) ~= 0 then return code_of(exit) end
  options.step("measure the overlay")
  return within_disk_cap(dir, id, limits, options.complain) and 0 or M.exits.failed
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

--- Run a script on its overlay; its output goes to our stdout and stderr. May block for an hour.
-- SIGTERM ends everything of it before this returns. Only a single-threaded process may call this.
-- @param root string absolute path of the state directory
-- @param dir host.fs root of it
-- @param id integer the overlay's
-- @param script string
-- @param options table {step=function(text), complain=function(text), limits=table|nil as M.limits}
-- @return integer|nil exit code: the script's, or one of M.exits
-- @return string message, string code: the build could not begin
function M.build(root, dir, id, script, options)
  local lock <close>, err, code = hold(dir, id, "build")
  if not lock then return nil, err, code end
  options.step("prepare the sandbox")
  local staging
  staging, err, code = stage(dir, id, script)
  if not staging then return nil, err, code end
  local result
  result, err, code = run(root, dir, id, options)
  dir:remove_tree(staging)
  return result, err, code
end

-- A build may have taken its own rights to directories away, at the end of paths longer than a program's argument.
local WIPE = "find /overlay -type d ! -perm -700 -execdir chmod u+rwx {} \\;; exec find /overlay -mindepth 1 -delete"

-- Why a wipe did not work. → message, code
local function failure(result)
  if result.timed_out then
    return "there is so much in it that not all is gone yet: do it again to go on", "unfinished"
  end
  local said = text.shorten(text.printable(result.stderr:match "[^\n]*"), 300)
  return "the overlay could not be emptied: " .. said, "wipe_failed"
end

--- Empty an overlay, through the same sandbox; one at a time, as each takes one of the service's Lua states with it.
-- May block for half a minute, unless `run` does not.
-- @param root string absolute path of the state directory
-- @param dir host.fs root of it
-- @param id integer the overlay's
-- @param options table {permitted=function → boolean|nil asked when nobody else can be at it any more,
--   run=function|nil as host.proc.run, limits=table|nil as M.limits}
-- @return true|nil, message, code ("busy": a build or another wipe is at it; "refused": not permitted; "unfinished":
--   wipe it again)
function M.wipe(root, dir, id, options)
  local turn <close>, problem, why = hold(dir, "wipe", "wipe")
  if not turn then return nil, why == "busy" and "another overlay is being wiped" or problem, why end
  local lock <close>, err, code = hold(dir, id, "wipe")
  if not lock then return nil, err, code end
  if options.permitted and not options.permitted() then return nil, "not permitted", "refused" end
  if not dir:stat("overlays/" .. id) then return true end
  dir:chmod("overlays/" .. id, DIRECTORY)
  local result
  result, err, code = (options.run or proc.run) {
    argv = command(root, id, { "/bin/sh", "-c", WIPE }), env = {}, max_output = 4096,
    timeout_ms = (options.limits or M.limits).wipe_ms,
  }
  if not result then return nil, explain(err, code), code end
  if result.kind == "exit" and result.code == 0 then return true end
  return nil, failure(result)
end

--- Wait for the end of a wipe, should there be one. May block for as long as a wipe may take.
-- @param dir host.fs root of the state directory
-- @param name string|integer the overlay's below overlays/
-- @param waiting function called once when there is something to wait for
function M.after_wipe(dir, name, waiting)
  local deadline = clock.monotonic() + M.limits.wipe_ms
  local pause <close> = loop.new()
  while dir:stat(lock_of(name)) do
    local lock <close>, holder = dir:lock(lock_of(name), "start")
    if lock or holder ~= "wipe" or clock.monotonic() >= deadline then return end
    waiting()
    waiting = function() end
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
