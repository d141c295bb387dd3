-- The host beneath the product: systemd, control groups, overlayfs, the journal, kernel values, the game's libraries.
local finding = require "base.finding"

local M = {}

local fine, wrong, note = finding.fine, finding.wrong, finding.note

local OLDEST, OWN_PROCESS_IDS = 252, 257
local SYSCTL = "/usr/local/lib/sysctl.d/left4me.conf"
-- i386 libraries of the game: of Debian's lib32stdc++6, or of i386 beside amd64.
local GAME_LIBRARIES = { "/usr/lib32/libstdc++.so.6", "/usr/lib/i386-linux-gnu/libstdc++.so.6" }

local RCON = "A game's remote console listens on TCP at its port on every address: close TCP 27015 to 27115 "
  .. "(LEFT4ME_PORT_RANGE_START and _END) to the outside; players need UDP only."

local SIGNALS = "systemd %d gives units no process ids of their own: a build can end another build, and a game the "
  .. "service or another game, by a signal. Those of them that systemd watches start again. Debian 13 closes this."

local function systemd(look)
  local name = look.read "/proc/1/comm"
  if not name or not name:find "^systemd%s*$" then
    name = name and name:match "%S+" or "unknown"
    return wrong(("the first process is %s, not systemd: no unit can run"):format(name),
      "boot this machine with systemd, or use --backend standalone")
  end
  local said, message = look.run("systemctl", "show", "--property=Version", "--value")
  local version = said and tonumber(said:match "%d+")
  if not version then
    return wrong("systemd does not answer: " .. (message or "?"),
      "systemctl start dbus.socket, or restart this machine")
  end
  if version < OLDEST then
    return wrong(("systemd %d is too old"):format(version),
      ("systemd %d or newer is needed: Debian 12 has it"):format(OLDEST))
  end
  return fine(("systemd %d runs this machine"):format(version))
end

local function control_groups(look)
  local controllers = look.read "/sys/fs/cgroup/cgroup.controllers"
  if not controllers then
    return wrong("control groups are of version 1: limits of memory, tasks and processor do not hold",
      "boot with systemd.unified_cgroup_hierarchy=1 on the kernel's command line")
  end
  local missing = {}
  for _, name in ipairs { "memory", "pids", "cpu" } do
    if not (" " .. controllers:gsub("%s", " ")):find(" " .. name .. " ", 1, true) then missing[#missing + 1] = name end
  end
  if missing[1] then
    return wrong("control groups lack: " .. table.concat(missing, ", "),
      "remove cgroup_disable= from the kernel's command line")
  end
  return fine "control groups limit memory, tasks and processor"
end

local function overlayfs(look)
  local kernel = look.read "/proc/sys/kernel/osrelease" or ""
  local module = ("/lib/modules/%s/kernel/fs/overlayfs/overlay.ko"):format(kernel:match "%S*")
  if (look.read "/proc/filesystems" or ""):find "\toverlay\n" or look.stat(module) or look.stat(module .. ".xz") then
    return fine "the kernel has overlayfs"
  end
  return wrong("the kernel has no overlayfs: no game server can start", "modprobe overlay, or another kernel")
end

local function journal(look)
  local machine = (look.read "/etc/machine-id" or ""):match "%x+"
  if not machine or not look.stat("/var/log/journal/" .. machine) then
    return wrong("the journal is kept in memory only: logs are lost when this machine restarts",
      "mkdir -p /var/log/journal && systemctl restart systemd-journald && journalctl --flush")
  end
  if not look.is_root then return fine "the journal is kept on disk" end
  if not look.run("journalctl", "--quiet", "--lines=1", "--output=cat", "--unit=left4me-web.service") then
    return wrong("the journal cannot be read", "journalctl --verify says why")
  end
  return fine "the journal is kept on disk, and can be read"
end

local function kernel_values(look)
  for line in (look.read(SYSCTL) or ""):gmatch "[^\n]+" do
    local name, wanted = line:match "^([%w._-]+)%s*=%s*(%d+)%s*$"
    local now = name and look.read("/proc/sys/" .. name:gsub("%.", "/"))
    if name and (tonumber(now and now:match "%d+") or 0) < tonumber(wanted) then
      now = now and now:match "%S+" or "unknown"
      return wrong(("%s is %s, not %s"):format(name, now, wanted), "sysctl -p " .. SYSCTL)
    end
  end
  return fine "kernel values are as they should be"
end

local function libraries(look)
  for _, path in ipairs(GAME_LIBRARIES) do
    if look.stat(path) then return fine "the game's 32-bit libraries are there" end
  end
  return wrong("the game's 32-bit libraries are missing: no game server can start",
    "apt-get install lib32gcc-s1 lib32stdc++6")
end

-- What no rule can keep left4me from: polkit is not told a job's mode.
local JOBS = "A service that was taken over could delay a restart of this machine with jobs that nothing replaces: "
  .. "systemctl cancel drops them."

-- What this host cannot keep apart.
local function signals(look)
  local version = tonumber((look.run("systemctl", "show", "--property=Version", "--value") or ""):match "%d+")
  if not version or version >= OWN_PROCESS_IDS then return nil end
  return note(SIGNALS:format(version))
end

--- @param look table as backends.systemd.look
-- @return table[] lines of `left4me check`
function M.lines(look)
  return {
    systemd(look), control_groups(look), overlayfs(look), journal(look), kernel_values(look), libraries(look),
    note(RCON), note(JOBS), signals(look),
  }
end

return M
