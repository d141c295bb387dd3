-- What a sandbox sees of the host: bubblewrap's arguments for a build of an overlay.
local M = {}

--- Limits that rlimits can hold a build to (setrlimit(2)): address space of a process, processes, largest file.
M.build_limits = { address_space = 4 << 30, processes = 512, file_size = 20 << 30 }

local UID = "981" -- l4d2-sandbox

-- The parts of /etc programs need to run, resolve names and trust certificates; no passwd, no secrets.
local ETC = { "alternatives", "ca-certificates", "ca-certificates.conf", "ld.so.cache", "ld.so.conf", "ld.so.conf.d",
  "localtime", "nsswitch.conf", "resolv.conf", "ssl" }
local SYSTEM_LINKS = { "bin", "lib", "lib32", "lib64", "libx32", "sbin" }

local function add(list, ...)
  for _, value in ipairs { ... } do list[#list + 1] = value end
end

local function namespaces(argv)
  add(argv, "--unshare-user", "--disable-userns", "--unshare-pid", "--unshare-ipc", "--unshare-uts",
    "--unshare-cgroup-try", "--uid", UID, "--gid", UID, "--hostname", "build", "--die-with-parent",
    "--cap-drop", "ALL")
end

local function system(argv)
  add(argv, "--ro-bind", "/usr", "/usr")
  for _, name in ipairs(SYSTEM_LINKS) do add(argv, "--ro-bind-try", "/" .. name, "/" .. name) end
  for _, name in ipairs(ETC) do add(argv, "--ro-bind-try", "/etc/" .. name, "/etc/" .. name) end
  add(argv, "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/run")
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
  local argv = {}
  namespaces(argv)
  system(argv)
  add(argv, "--bind", options.overlay, "/overlay")
  if options.script then add(argv, "--ro-bind", options.script, "/script.sh") end
  add(argv, "--chdir", "/overlay", "--clearenv", "--setenv", "OVERLAY", "/overlay", "--setenv", "HOME", "/tmp",
    "--setenv", "PATH", "/usr/bin:/usr/sbin", "--remount-ro", "/", "--")
  limited(argv, options.limits or M.build_limits)
  add(argv, table.unpack(options.command or { "/bin/bash", "/script.sh" }))
  return argv
end

return M
