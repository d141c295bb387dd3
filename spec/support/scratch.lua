-- A throw-away directory for specs, and Lua code run in a mount namespace of its own.
local fs = require "host.fs"
local proc = require "host.proc"
local runtime = require "host.runtime"

local M = {}

local Scratch = {}
Scratch.__index = Scratch

--- A command line as an ordinary user has it, without root's rights over every file. (setfcap stays: root needs it to
-- be anybody in a user namespace.)
-- @param argv string[]
-- @return string[]
function M.without_capabilities(argv)
  local _, uid = runtime.ids()
  if uid ~= 0 then return argv end
  local command = { "setpriv", "--bounding-set=-all,+setfcap", "--inh-caps=-all", "--" }
  return table.move(argv, 1, #argv, #command + 1, command)
end

-- nobody may not enter every checkout: then a readable copy of what runs takes its place, in a mount namespace.
local AS_NOBODY = [[
share=$1 program=$2; shift 2
nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"; }
set -e
if ! nobody test -x "$program" || ! nobody test -r "$share/lua/boot/main.lua"; then
  copy=$(mktemp -d)
  mount -t tmpfs -o mode=755 none "$copy"
  cp -r "$share/lua" "$program" "$copy"
  chmod -R a+rX "$copy"
  way=
  for name in $(echo "$share" | tr / ' '); do
    way=$way/$name
    nobody test -x "$way" || break
  done
  mount -t tmpfs -o mode=755 none "$way"
  mkdir -p "$share/lua" "$(dirname "$program")"
  : >"$program"
  mount --bind "$copy/lua" "$share/lua"
  mount --bind "$copy/left4me" "$program"
  umount -l "$copy"
  rmdir "$copy"
fi
exec setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"]]

--- A command line of the runtime as nobody has it, when we are root.
-- @param argv string[]
-- @return string[]
function M.as_nobody(argv)
  local _, uid = runtime.ids()
  if uid ~= 0 then return argv end
  local command = { "unshare", "--mount", "--", "sh", "-c", AS_NOBODY, "sh", runtime.share_dir, runtime.executable }
  return table.move(argv, 1, #argv, #command + 1, command)
end

--- Make a directory that goes with its scope.
-- @return table {path=absolute path, dir=host.fs root}
function M.new()
  local made = assert(proc.run { argv = { "mktemp", "-d", "/tmp/left4me-spec.XXXXXX" }, timeout_ms = 5000 })
  local path = made.stdout:gsub("%s+$", "")
  return setmetatable({ path = path, dir = assert(fs.root(path)) }, Scratch)
end

--- Make files and the directories they are in.
-- @param files table<string, string> relative path → content; a path ending in "/" is a directory
function Scratch:fill(files)
  for path, content in pairs(files) do
    local folder = path:match("^(.*)/")
    if folder then assert(self.dir:mkdirs(folder)) end
    if path:sub(-1) ~= "/" then assert(self.dir:write(path, content)) end
  end
  return self
end

--- Run Lua source as another process, root in its own user and mount namespaces. Its globals: `path`, `mount`, `fs`,
-- `proc`.
-- @param source string
-- @return string what it printed; raises with what it said when it failed
function Scratch:in_mount_namespace(source)
  assert(self.dir:write("chunk.lua", ([[
local path = %q
local mount, fs, proc = require "host.mount", require "host.fs", require "host.proc"
%s]]):format(self.path, source)))
  local result = assert(proc.run {
    argv = { "unshare", "--user", "--map-root-user", "--mount", "--", runtime.executable, "lua",
      self.path .. "/chunk.lua" },
    timeout_ms = 60000,
  })
  assert(result.kind == "exit" and result.code == 0, result.stderr)
  return result.stdout
end

--- Whether this host's root runs us; who is root in a user namespace only cannot be anybody else.
-- @return boolean
function M.are_we_root()
  local _, uid = runtime.ids()
  local map = assert(io.open "/proc/self/uid_map"):read("a")
  return uid == 0 and map:find("^%s*0%s+0%s+4294967295%s*$") ~= nil
end

--- Run Lua source as another process, as this host's root in a mount namespace of its own. Its globals are those of
-- in_mount_namespace and `runtime`.
-- @param source string
-- @param before string[]|nil a command line to run it under
-- @return string what it printed; raises with what it said when it failed
function Scratch:as_root(source, before)
  assert(self.dir:write("chunk.lua", ([[
local path = %q
local mount, fs, proc, runtime = require "host.mount", require "host.fs", require "host.proc", require "host.runtime"
package.path = %q .. package.path
%s]]):format(self.path, runtime.share_dir .. "/?.lua;", source)))
  local argv = { "unshare", "--mount", "--" }
  table.move(before or {}, 1, #(before or {}), #argv + 1, argv)
  table.move({ runtime.executable, "lua", self.path .. "/chunk.lua" }, 1, 3, #argv + 1, argv)
  local result = assert(proc.run { argv = argv, timeout_ms = 120000 })
  assert(result.kind == "exit" and result.code == 0, result.stderr)
  return result.stdout
end

--- Remove everything.
function Scratch:remove()
  self.dir:close()
  proc.run { argv = { "chmod", "-R", "u+rwX", "--", self.path }, timeout_ms = 20000 }
  proc.run { argv = { "rm", "-rf", "--", self.path }, timeout_ms = 20000 }
end
Scratch.__close = Scratch.remove

return M
