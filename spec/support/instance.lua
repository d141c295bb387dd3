-- A throw-away state directory with a game written in a few lines of bash, for specs of the host side.
local clock = require "host.clock"
local fs = require "host.fs"
local instance = require "domain.instance"
local loop = require "host.loop"
local ports = require "spec.support.ports"
local proc = require "host.proc"

local M = {}

local Host = {}
Host.__index = Host

local DEADLINE_MS = 20000

-- The game: prints what it was given and what it sees, writes a file, and waits to be asked to end. It runs nothing in
-- the foreground: bash forgets a SIGINT that comes while such a program ends by itself.
local GAME = [[#!/bin/bash
cd "${0%/*}" || exit 9
first_line() { [ -e "$1" ] && read -r line <"$1"; printf %s "$line"; line=; }
printf 'args:'; printf ' [%s]' "$@"; echo
port=0 stubborn=no
while [ $# -gt 0 ]; do
  case $1 in
    +hostport) port=$2 ;;
    stubborn) stubborn=yes ;;
    crash-always) sleep 0.1; exit 1 ;; # systemd 257 takes the end of what has just been started for a clean one
    exit-clean) exit 0 ;;
    look-for) if [ -e "$2" ]; then echo "sees $2"; else echo it is not there; fi ;;
    flood)
      for ((i = 0; i < 10000; i++)); do echo "line $i of the flood, and some more words to fill it up"; done
      head -c 100000 /dev/zero | tr '\0' x; echo
      echo the flood is over ;;
    crash-once)
      [ -e left4dead2/crashed ] && echo second life || { : >left4dead2/crashed; exit 139; } ;;
  esac
  shift
done
if [ $stubborn = yes ]; then trap '' INT TERM; else trap 'echo asked to end; kill $!; exit 0' INT; fi
echo "up on port $port"
printf both=; first_line left4dead2/both.txt; printf ' low='; first_line left4dead2/low.txt; echo
printf 'by the game' >left4dead2/written.txt && echo wrote
sleep infinity & while :; do wait; done
]]

--- Wait until a condition gives a true value; raises after a deadline.
-- @param name string what is waited for
-- @param condition function
-- @return the value
function M.eventually(name, condition)
  local deadline = clock.monotonic() + DEADLINE_MS
  local pause <close> = loop.new()
  repeat
    local value = condition()
    if value then return value end
    pause:wait(5)
  until clock.monotonic() > deadline
  error("waited in vain for: " .. name, 2)
end

local function throw_away()
  local made = assert(proc.run { argv = { "mktemp", "-d", "/tmp/left4me-spec.XXXXXX" }, timeout_ms = 5000 })
  return (made.stdout:gsub("%s+$", ""))
end

--- Make a state directory with an installed game.
-- @param options table|nil {game=string bash, root=absolute path of a state directory without a game|nil}
-- @return table host {root=, dir=, port=, names=}
function M.new(options)
  local kept = options and options.root
  local root = kept or throw_away()
  local host = setmetatable({ root = root, kept = kept, dir = assert(fs.root(root)), names = {} }, Host)
  host.port = ports.free()
  host.dir:mkdirs("installation/left4dead2/cfg")
  host.dir:mkdirs("overlays")
  host.dir:write("installation/srcds_run", options and options.game or GAME, 493)
  return host
end

--- Write an instance as `l4d2ctl initialize` does.
-- @param fields table {name=, arguments=, layers=, aliases=, server_cfg=}
-- @return string its name
function Host:instance(fields)
  local name = fields.name or "one"
  local paths = instance.paths(name)
  for _, path in ipairs { paths.instance, paths.upper, paths.work, paths.merged } do self.dir:mkdirs(path) end
  self.dir:write(paths.env, instance.render_env {
    port = fields.port or self.port, arguments = fields.arguments or {}, layers = fields.layers or {},
    aliases = fields.aliases or {},
  })
  self.dir:write(paths.server_cfg, fields.server_cfg or "hostname spec\n")
  self.names[#self.names + 1] = name
  return name
end

--- Whether a process is there (and no zombie).
-- @param pid integer
-- @return boolean
function M.alive(pid)
  local file = io.open(("/proc/%d/stat"):format(pid))
  if not file then return false end
  local stat = file:read("a")
  file:close()
  return stat ~= nil and stat:match("^.*%) (%a)") ~= "Z" -- it may end between the two
end

local function name_of(pid)
  local file = io.open(("/proc/%s/comm"):format(pid))
  if not file then return nil end
  local name = file:read("l")
  file:close()
  return name
end

--- Command lines of the supervisors of this state directory; a namespace's first process has the same one.
-- @return string[]
function Host:processes()
  local result = proc.run { argv = { "pgrep", "-af", "--", "--root " .. self.root }, timeout_ms = 5000 }
  local list = {}
  for line in result.stdout:gmatch("[^\n]+") do
    local name = name_of(line:match("^%d+"))
    if name and name ~= "left4me-init" then list[#list + 1] = line end
  end
  return list
end

-- The state directory is someone else's: only what was put there goes.
local function take_away(self)
  assert(self.dir:remove_tree "installation")
  for _, name in ipairs { "high", "low" } do assert(self.dir:remove_tree("overlays/" .. name)) end
  for _, name in ipairs(self.names) do
    local paths = instance.paths(name)
    for _, path in ipairs { paths.instance, paths.runtime, paths.status } do assert(self.dir:remove_tree(path)) end
  end
  self.dir:close()
end

--- Remove everything.
function Host:remove()
  if self.kept then return take_away(self) end
  self.dir:close()
  proc.run { argv = { "rm", "-rf", "--", self.root }, timeout_ms = 20000 }
end
Host.__close = Host.remove

return M
