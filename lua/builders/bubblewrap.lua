-- A build's sandbox on a host without systemd: the owner's bash in bubblewrap, which sees its overlay and little else.
local clock = require "host.clock"
local loop = require "host.loop"
local ns = require "host.ns"
local proc = require "host.proc"
local sandbox = require "domain.sandbox"
local signal = require "host.signal"
local text = require "base.text"

local M = {}

local Sandbox = {}
Sandbox.__index = Sandbox

--- Exit codes of our own, as timeout(1) and a shell would choose them.
M.exits = { timed_out = 124, terminated = 143 }

--- The longest a build may take.
M.wall_ms = 3600 * 1000

local DIRECTORY, PRIVATE, FILE = 493, 488, 420 -- 0755, 0750, 0644

local function stage(self)
  local overlay, staging = "overlays/" .. self.id, "run/builds/" .. self.id
  local ok, err, code = self.dir:mkdirs(overlay, DIRECTORY)
  if ok then ok, err, code = self.dir:mkdirs(staging, PRIVATE) end
  if ok then ok, err, code = self.dir:write(staging .. "/script.sh", self.script, FILE, { sync = false }) end
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

local function run(self, options)
  local wall_ms = self.wall_ms or M.wall_ms
  local signals <close> = assert(signal.watch { "TERM", "INT" })
  local confined, problem, why = ns.confine()
  if not confined then return nil, problem, why end
  local child <close>, err, code = proc.spawn {
    argv = command(self.root, self.id), env = {}, stdin = "null", stdout = "inherit", stderr = "inherit",
    session = true,
  }
  if not child then return nil, explain(err, code), code end
  local exit, reason = attend(child, signals, wall_ms)
  if reason == "timed_out" then
    options.complain(("the build was ended after %g s: that is the longest a build may take"):format(wall_ms / 1000))
  end
  if reason then return M.exits[reason] end
  return code_of(exit)
end

--- Run the script; its output goes to our stdout and stderr. SIGTERM ends everything of it before this returns.
-- May block for an hour; only a single-threaded process may call this.
-- @param options table {complain=function(text)}
-- @return integer|nil exit code: the script's, or one of M.exits; string message, string code when it did not begin
function Sandbox:run(options)
  local staging, err, code = stage(self)
  if not staging then return nil, err, code end
  local result
  result, err, code = run(self, options)
  self.dir:remove_tree(staging)
  return result, err, code
end

-- Why a wipe did not work. → message, code
local function failure(result)
  if result.timed_out then
    return "there is so much in it that not all is gone yet: do it again to go on", "unfinished"
  end
  local said = text.shorten(text.printable(result.stderr:match "[^\n]*"), 300)
  return "the overlay could not be emptied: " .. said, "wipe_failed"
end

--- Empty the overlay. May block as long as it may take, unless the sandbox was given another way to run a program.
-- @param limit_ms integer
-- @return true|nil, message, code: "unfinished" when time was up
function Sandbox:empty(limit_ms)
  self.dir:chmod("overlays/" .. self.id, DIRECTORY)
  local result, err, code = (self.run_program or proc.run) {
    argv = command(self.root, self.id, { "/bin/sh", "-c", sandbox.WIPE }), env = {}, max_output = 4096,
    timeout_ms = limit_ms,
  }
  if not result then return nil, explain(err, code), code end
  if result.kind == "exit" and result.code == 0 then return true end
  return nil, failure(result)
end

--- @param options table {root=absolute path of the state directory, dir=host.fs root of it, id=integer the overlay's,
--   script=string|nil when it is only emptied, run_program=function|nil as host.proc.run, wall_ms=integer|nil}
function M.new(options)
  return setmetatable(options, Sandbox)
end

return M
