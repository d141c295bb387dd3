-- A production host's places for specs of what root does: /var/lib, /run and users, in a mount namespace of its own.
local proc = require "host.proc"
local runtime = require "host.runtime"

local M = {}

local Host = {}
Host.__index = Host

M.OWNER, M.SANDBOX = 1980, 1981

-- The users come first in the files, whoever else has their names here.
local SETUP = [[
share=$4
# left4me may not enter every checkout: then its way there is made of directories that anyone may.
if ! setpriv --reuid="$2" --regid="$2" --clear-groups test -r "$share/lua/boot/main.lua"; then
  way=/$(echo "$share" | cut -d / -f 2)
  mkdir "$1/share"
  mount --bind "$share" "$1/share"
  mount -t tmpfs -o mode=755 none "$way"
  mkdir -p "$share"
  mount --bind "$1/share" "$share"
  umount -l "$1/share"
  rmdir "$1/share"
fi
cd "$1"
mkdir -p lib/left4me run canary/work canary/merged etc
chmod 755 . lib run etc
for file in passwd group; do cp "/etc/$file" "etc/$file.old"; done
{ echo "left4me:x:$2:$2::/var/lib/left4me:/usr/sbin/nologin"; echo "l4d2-sandbox:x:$3:$3::/:/usr/sbin/nologin"
  cat etc/passwd.old; } >etc/passwd
{ echo "left4me:x:$2:"; echo "l4d2-sandbox:x:$3:"; echo "systemd-journal:x:4999:"; cat etc/group.old; } >etc/group
for file in passwd group; do mount --bind "etc/$file" "/etc/$file"; done
mount --bind lib /var/lib
mount --bind run /run
echo secret >canary/secret; echo kept >canary/work/kept; chmod 700 canary
cd lib/left4me
mkdir -p installation/dir overlays/1 overlays/9 instances/x runtime/x/upper runtime/x/work runtime/x/merged run/builds
echo low >installation/low; echo in >installation/dir/in; echo one >overlays/1/one; echo nine >overlays/9/nine
printf 'L4D2_PORT=27015\nL4D2_ARGS=\nL4D2_LOWERDIRS=overlays/1:installation\n' >instances/x/instance.env
printf 'L4D2_PORT=27015\nL4D2_ARGS=\nL4D2_LOWERDIRS=overlays/9:installation\n' >../../canary/instance.env
chmod 750 .
chown -R "$2:$2" .
]]

--- Make the places; only for a process that Scratch:as_root runs.
-- @param path string of the scratch directory
-- @return table {path=, state=absolute path, canary=absolute path}
function M.new(path)
  local done = assert(proc.run { argv = { "sh", "-ec", SETUP, "sh", path, ("%d"):format(M.OWNER),
    ("%d"):format(M.SANDBOX), runtime.share_dir } })
  assert(done.code == 0, done.stderr)
  return setmetatable({ path = path, state = "/var/lib/left4me", canary = path .. "/canary" }, Host)
end

--- Run a `left4me` subcommand.
-- @param words string[]
-- @param before string[]|nil a command line to run it under
-- @return integer code, string stderr, string stdout
function Host:left4me(words, before)
  local argv = table.move(before or {}, 1, #(before or {}), 1, {})
  argv[#argv + 1] = self.program or runtime.executable
  table.move(words, 1, #words, #argv + 1, argv)
  local done = assert(proc.run { argv = argv, timeout_ms = 30000 })
  return done.code, done.stderr, done.stdout
end

--- The command line that leaves root these capabilities and lets it gain none.
-- @param names string[] such as "sys_admin"
-- @return string[]
function Host.with_capabilities(names)
  return { "setpriv", "--bounding-set=-all" .. (#names > 0 and ",+" or "") .. table.concat(names, ",+"),
    "--no-new-privs", "--" }
end

--- The capabilities the unit of a verb has.
-- @param verb string
-- @return string[] such as "sys_admin"
function M.capabilities_of(verb)
  local path = ("%s/deploy/units/left4me-%s@.service"):format(runtime.share_dir, verb)
  local names = {}
  for line in io.lines(path) do
    local set = line:match "^CapabilityBoundingSet=(.*)" or ""
    for name in set:gmatch "CAP_([%u_]+)" do names[#names + 1] = name:lower() end
  end
  return names
end
Host.capabilities_of = M.capabilities_of

--- Run a shell script in the state directory as left4me, or as another user.
-- @param script string
-- @param id integer|nil
-- @return integer code, string stderr, string stdout
function Host:as(script, id)
  id = ("%d"):format(id or M.OWNER)
  local done = assert(proc.run { cwd = self.state, argv = { "setpriv", "--reuid=" .. id, "--regid=" .. id,
    "--clear-groups", "--bounding-set=-all", "--inh-caps=-all", "--", "sh", "-ec", script } })
  return done.code, done.stderr, done.stdout
end

--- As `as`, and it must succeed.
-- @return string stdout
function Host:good(script, id)
  local code, err, out = self:as(script, id)
  assert(code == 0, err)
  return out
end

-- Exchanges two names as fast as it can.
local SWAP = [[
local fs, proc, runtime = require "host.fs", require "host.proc", require "host.runtime"
local owner, parent = math.tointeger(tonumber(arg[3])), math.tointeger(tonumber(arg[4]))
assert(runtime.files_as(owner, owner))
local root = assert(fs.root "/var/lib/left4me")
while proc.start_time(parent) do
  for _ = 1, 1000 do root:rename(arg[1], arg[2], { exchange = true }) end
end
]]

--- Start a process of left4me's that exchanges a name with a link to somewhere else all the time.
-- @param name string relative to the state directory
-- @param target string where the link leads
-- @return host.proc.handle to be killed
function Host:swap(name, target)
  local other = name .. ".link"
  self:good(("ln -sfn %s %s"):format(target, other))
  local file = assert(io.open(self.path .. "/swap.lua", "w"))
  file:write(SWAP)
  file:close()
  return assert(proc.spawn { argv = { runtime.executable, "lua", self.path .. "/swap.lua", name, other,
    tostring(M.OWNER), tostring((runtime.ids())) }, stdout = "inherit", stderr = "inherit" })
end

--- Whether nothing is mounted below the canary and nothing in it has changed.
-- @return boolean
function Host:canary_lives()
  local mounts = assert(io.open "/proc/self/mountinfo"):read "a"
  assert(not mounts:find(self.canary, 1, true), "something is mounted over the canary")
  local done = assert(proc.run { argv = { "sh", "-c", "cd " .. self.canary .. " && ls -lA --time-style=+ . work merged"
    .. " && cat secret work/kept" } })
  self.canary_was = self.canary_was or done.stdout
  return done.code == 0 and done.stdout == self.canary_was
end

return M
