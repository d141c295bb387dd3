-- From an instance's files to its running game: the port, the view of its namespace, the command line.
local instance = require "domain.instance"
local ns = require "host.ns"
local preflight = require "backends.preflight"
local runtime = require "host.runtime"
local sandbox = require "domain.sandbox"

local M = {}

local DIRECTORY <const> = 493 -- 0755
local MAX_FILES <const> = 65536
local MAX_TASKS <const> = 256

local function make_directories(dir, name)
  local paths = instance.paths(name)
  for _, path in ipairs { paths.upper, paths.work, paths.merged } do
    local ok, err = dir:mkdirs(path, DIRECTORY)
    if not ok then return nil, err end
  end
  return true
end

local function namespace(dir, name, parsed)
  local merged = dir:path() .. "/" .. instance.paths(name).merged
  local plan, err = sandbox.game_view(dir:path(), name, parsed, runtime.getenv "HOME")
  if not plan then return nil, err end
  return {
    argv = instance.game_argv(parsed, merged .. "/srcds_run"), env = sandbox.game_environment(), cwd = merged,
    mounts = plan, hostname = "left4me", uid = sandbox.game_id, gid = sandbox.game_id,
    rlimits = { core = 0, nofile = MAX_FILES, nproc = MAX_TASKS }, stdin = "null", stdout = "pipe", stderr = "stdout",
  }
end

--- Start the game of an instance, its overlay mounted in a namespace of its own. Only for a process with one thread.
-- Killing the process given back ends everything in there; a signal reaches every process in there.
-- @param dir host.fs root of the state directory
-- @param name string
-- @return host.proc handle|nil, its "stdout" carrying both streams; string message
function M.spawn(dir, name)
  local parsed, err = preflight.instance(dir, name)
  if not parsed then return nil, err end
  local ok
  ok, err = make_directories(dir, name)
  if not ok then return nil, err end
  local options
  options, err = namespace(dir, name, parsed)
  if not options then return nil, err end
  return ns.spawn(options)
end

return M
