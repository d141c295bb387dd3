-- What a sandbox sees of the host: bubblewrap's arguments for a build, the mount plan for a game server.
local instance = require "domain.instance"
local overlay = require "domain.overlay"

local M = {}

local MIB = 1 << 20

--- Limits that rlimits can hold a build to (setrlimit(2)): address space of a process, processes, largest file; and the
-- sizes of its /tmp and of its other places in memory, which else were half of the host's each.
M.build_limits = { address_space = 4 << 30, processes = 512, file_size = 20 << 30, tmp = 2048 * MIB, small = 64 * MIB }

--- What empties an overlay from inside a sandbox, for a shell. A build may have taken its own rights to directories
-- away, at the end of paths longer than a program's argument.
M.WIPE = "find /overlay -type d ! -perm -700 -execdir chmod u+rwx {} \\;; exec find /overlay -mindepth 1 -delete"

local UID = "981" -- l4d2-sandbox

-- The parts of /etc programs need to run, resolve names and trust certificates; no passwd, no secrets.
-- /etc/ssl/private holds keys.
local ETC = { "alternatives", "ca-certificates", "ca-certificates.conf", "ld.so.cache", "ld.so.conf", "ld.so.conf.d",
  "localtime", "nsswitch.conf", "resolv.conf", "ssl/certs", "ssl/openssl.cnf" }
local SYSTEM_LINKS = { "bin", "lib", "lib32", "lib64", "libx32", "sbin" }

local function add(list, ...)
  for _, value in ipairs { ... } do list[#list + 1] = value end
end

-- The script itself is the first process: through /proc/1 it would reach bwrap's file, environment and memory.
local function namespaces(argv)
  add(argv, "--unshare-user", "--disable-userns", "--unshare-pid", "--unshare-ipc", "--unshare-uts",
    "--unshare-cgroup-try", "--as-pid-1", "--uid", UID, "--gid", UID, "--hostname", "build", "--die-with-parent",
    "--cap-drop", "ALL")
end

local function memory(argv, bytes, path)
  add(argv, "--size", ("%d"):format(bytes), "--tmpfs", path)
end

local function system(argv, limits)
  add(argv, "--ro-bind", "/usr", "/usr")
  for _, name in ipairs(SYSTEM_LINKS) do add(argv, "--ro-bind-try", "/" .. name, "/" .. name) end
  for _, name in ipairs(ETC) do add(argv, "--ro-bind-try", "/etc/" .. name, "/etc/" .. name) end
  -- Read-only: root's files in /proc obey the user who runs left4me, when that user is root.
  add(argv, "--proc", "/proc", "--remount-ro", "/proc", "--dev", "/dev")
  memory(argv, limits.small, "/dev/shm")
  add(argv, "--remount-ro", "/dev")
  memory(argv, limits.tmp, "/tmp")
  memory(argv, limits.small, "/run")
end

local function limited(argv, limits)
  add(argv, "/usr/bin/prlimit", ("--as=%d"):format(limits.address_space), ("--nproc=%d"):format(limits.processes),
    ("--fsize=%d"):format(limits.file_size), "--core=0", "--")
end

--- The arguments of bwrap(1) for a build, or for another command on an overlay.
-- @param options table {overlay=absolute path (read-write at /overlay), script=absolute path|nil (run by bash as
--   /script.sh), command=argv|nil (run instead), limits=table|nil as build_limits}
-- @return table list of strings; the program's name is not in it
function M.build_arguments(options)
  local argv, limits = {}, options.limits or M.build_limits
  namespaces(argv)
  system(argv, limits)
  add(argv, "--bind", options.overlay, "/overlay")
  if options.script then add(argv, "--ro-bind", options.script, "/script.sh") end
  add(argv, "--chdir", "/overlay", "--clearenv", "--setenv", "OVERLAY", "/overlay", "--setenv", "HOME", "/tmp",
    "--setenv", "PATH", "/usr/bin:/usr/sbin", "--remount-ro", "/", "--")
  limited(argv, limits)
  add(argv, table.unpack(options.command or { "/bin/bash", "/script.sh" }))
  return argv
end

-- The game's own places in its view; its user exists in no file of the host.
local GAME_HOME = "/home/left4me"
local PASSWD = "left4me:x:980:980:left4me:" .. GAME_HOME .. ":/usr/sbin/nologin\n"

--- Who the game is inside its namespace; outside it is who runs left4me.
M.game_id = 980

local function system_view(plan, view)
  add(plan, { op = "bind", from = "/usr", to = view .. "/usr", ro = true })
  for _, name in ipairs(SYSTEM_LINKS) do
    add(plan, { op = "bind", from = "/" .. name, to = view .. "/" .. name, ro = true, optional = true })
  end
  for _, name in ipairs(ETC) do
    add(plan, { op = "bind", from = "/etc/" .. name, to = view .. "/etc/" .. name, ro = true, optional = true })
  end
  add(plan, { op = "file", to = view .. "/etc/passwd", data = PASSWD },
    { op = "proc", to = view .. "/proc" }, { op = "dev", to = view .. "/dev" })
  for _, name in ipairs { "/tmp", "/run", "/var/tmp" } do
    add(plan, { op = "tmpfs", to = view .. name, size = 256 * MIB, mode = 1023 }) -- 01777
  end
end

local function steam_view(plan, view, home)
  add(plan, { op = "tmpfs", to = view .. GAME_HOME, size = 64 * MIB, mode = 448 }) -- 0700
  if not home then return end
  for _, name in ipairs { "sdk32", "sdk64" } do
    add(plan, { op = "bind", from = home .. "/.steam/" .. name, to = view .. GAME_HOME .. "/.steam/" .. name,
      ro = true, optional = true })
  end
end

--- The mount plan of a game server: the system read-only, its merged directory and the Workshop cache where they are on
-- the host (overlays hold absolute links to the cache), and nothing else of the host.
-- @param root string absolute path of the state directory
-- @param name string the instance's
-- @param parsed table of domain.instance.parse_env
-- @param home string|nil home directory of who runs left4me, with Steam's libraries in .steam
-- @return table|nil a plan for host.ns; string what is wrong
function M.game_view(root, name, parsed, home)
  local merged = root .. "/" .. instance.paths(name).merged
  local layers, err = overlay.operation(root, name, parsed, merged .. merged)
  if not layers then return nil, err end
  local view = merged -- the new root is put together on the empty directory itself
  local plan = { { op = "tmpfs", to = view, size = MIB, mode = 493 } } -- 0755
  system_view(plan, view)
  steam_view(plan, view, home)
  local cache = root .. "/workshop_cache"
  add(plan, { op = "bind", from = cache, to = view .. cache, ro = true, optional = true }, layers,
    { op = "pivot", to = view }, { op = "readonly", to = "/" })
  return plan
end

--- The game's environment.
-- @return table<string, string>
function M.game_environment()
  return { HOME = GAME_HOME, PATH = "/usr/bin:/bin:/usr/sbin:/sbin", LANG = "C.UTF-8", TERM = "dumb", USER = "left4me" }
end

return M
