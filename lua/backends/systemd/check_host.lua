-- The host beneath the product: systemd, control groups, overlayfs, the journal, kernel values, the game's libraries.
local finding = require "base.finding"
local texts = require("domain.findings").host

local M = {}

local fine, wrong, note = finding.fine, finding.wrong, finding.note

local OLDEST, OWN_PROCESS_IDS = 252, 257
local SYSCTL = "/usr/local/lib/sysctl.d/left4me.conf"
-- i386 libraries of the game: of Debian's lib32stdc++6, or of i386 beside amd64.
local GAME_LIBRARIES = { "/usr/lib32/libstdc++.so.6", "/usr/lib/i386-linux-gnu/libstdc++.so.6" }

local function systemd(look)
  local name = look.read "/proc/1/comm"
  if not name or not name:find "^systemd%s*$" then
    name = name and name:match "%S+"
    return wrong(name and texts.other_init { name = name } or texts.unknown_init(), texts.needs_init())
  end
  local said, message = look.run("systemctl", "show", "--property=Version", "--value")
  local version = said and tonumber(said:match "%d+")
  if not version then
    return wrong(texts.silent { message = message or "?" }, texts.wake())
  end
  if version < OLDEST then
    return wrong(texts.old { version = version }, texts.newer { oldest = OLDEST })
  end
  return fine(texts.systemd { version = version })
end

local function control_groups(look)
  local controllers = look.read "/sys/fs/cgroup/cgroup.controllers"
  if not controllers then
    return wrong(texts.old_groups(), texts.new_groups())
  end
  local missing = {}
  for _, name in ipairs { "memory", "pids", "cpu" } do
    if not (" " .. controllers:gsub("%s", " ")):find(" " .. name .. " ", 1, true) then missing[#missing + 1] = name end
  end
  if missing[1] then
    return wrong(texts.no_controllers { names = table.concat(missing, ", ") }, texts.allow_controllers())
  end
  return fine(texts.groups())
end

local function overlayfs(look)
  local kernel = look.read "/proc/sys/kernel/osrelease" or ""
  local module = ("/lib/modules/%s/kernel/fs/overlayfs/overlay.ko"):format(kernel:match "%S*")
  if (look.read "/proc/filesystems" or ""):find "\toverlay\n" or look.stat(module) or look.stat(module .. ".xz") then
    return fine(texts.overlayfs())
  end
  return wrong(texts.no_overlayfs(), texts.load_overlayfs())
end

local function journal(look)
  local machine = (look.read "/etc/machine-id" or ""):match "%x+"
  if not machine or not look.stat("/var/log/journal/" .. machine) then
    return wrong(texts.brief_journal(),
      "mkdir -p /var/log/journal && systemctl restart systemd-journald && journalctl --flush")
  end
  if not look.is_root then return fine(texts.kept_journal()) end
  if not look.run("journalctl", "--quiet", "--lines=1", "--output=cat", "--unit=left4me-web.service") then
    return wrong(texts.closed_journal(), texts.verify_journal())
  end
  return fine(texts.journal())
end

local function kernel_values(look)
  for line in (look.read(SYSCTL) or ""):gmatch "[^\n]+" do
    local name, wanted = line:match "^([%w._-]+)%s*=%s*(%d+)%s*$"
    local now = name and look.read("/proc/sys/" .. name:gsub("%.", "/"))
    if name and (tonumber(now and now:match "%d+") or 0) < tonumber(wanted) then
      now = now and now:match "%S+"
      return wrong(now and texts.value { name = name, now = now, wanted = wanted }
        or texts.unknown_value { name = name, wanted = wanted }, "sysctl -p " .. SYSCTL)
    end
  end
  return fine(texts.values())
end

local function libraries(look)
  for _, path in ipairs(GAME_LIBRARIES) do
    if look.stat(path) then return fine(texts.libraries()) end
  end
  return wrong(texts.no_libraries(), "apt-get install lib32gcc-s1 lib32stdc++6")
end

-- What this host cannot keep apart.
local function signals(look)
  local version = tonumber((look.run("systemctl", "show", "--property=Version", "--value") or ""):match "%d+")
  if not version or version >= OWN_PROCESS_IDS then return nil end
  return note(texts.signals { version = version })
end

--- @param look table as backends.systemd.look
-- @return table[] lines of `left4me check`
function M.lines(look)
  return {
    systemd(look), control_groups(look), overlayfs(look), journal(look), kernel_values(look), libraries(look),
    note(texts.rcon()), note(texts.jobs()), signals(look),
  }
end

return M
