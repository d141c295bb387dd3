-- What this host offers the standalone backend, and what that backend cannot enforce on any host.
local fs = require "host.fs"
local ns = require "host.ns"
local runtime = require "host.runtime"

local M = {}

local function read_first_line(path)
  local file = io.open(path, "r")
  if not file then return nil end
  local line = file:read("l")
  file:close()
  return line
end

local function bubblewrap()
  for folder in (runtime.getenv "PATH" or ""):gmatch("[^:]+") do
    local dir <close> = folder:sub(1, 1) == "/" and fs.root(folder) or nil
    if dir and dir:stat("bwrap") then return { ok = true, text = "bubblewrap is there for builds" } end
  end
  return { ok = false, text = "bubblewrap is missing: script overlays cannot be built",
    mend = "apt install bubblewrap" }
end

local function kernel()
  local release = read_first_line("/proc/sys/kernel/osrelease") or "?"
  local major, minor = release:match("^(%d+)%.(%d+)")
  local new_enough = major and (tonumber(major) > 5 or tonumber(major) == 5 and tonumber(minor) >= 11)
  return { ok = new_enough or false, text = ("Linux %s mounts overlays in user namespaces"):format(release),
    mend = not new_enough and "Linux 5.11 or newer is needed" or nil }
end

-- Each switch by which a system forbids ordinary users their own namespaces.
local SWITCHES = {
  { path = "/proc/sys/kernel/unprivileged_userns_clone", bad = "0",
    mend = "sysctl kernel.unprivileged_userns_clone=1" },
  { path = "/proc/sys/user/max_user_namespaces", bad = "0", mend = "sysctl user.max_user_namespaces=10000" },
  { path = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", bad = "1",
    mend = "sysctl kernel.apparmor_restrict_unprivileged_userns=0" },
}

local function namespaces()
  local _, uid = runtime.ids()
  for _, switch in ipairs(SWITCHES) do
    if uid ~= 0 and read_first_line(switch.path) == switch.bad then
      return { ok = false, text = "this system forbids user namespaces: no game server can start",
        mend = switch.mend }
    end
  end
  return { ok = true, text = "user namespaces are allowed" }
end

local NOTES = {
  "Servers: 256 tasks count per server, memory, processor and disk have no limit: that takes the systemd backend.",
  "Builds: 4 GiB and 512 tasks count per process and per build, the 200 % of processor are not enforced.",
  "Builds can reach private networks of this host, not only the public internet.",
  "Servers do not start by themselves after a reboot; the dashboard shows which should run.",
}

-- What depends on who runs it, and on which kernel.
local function more_notes()
  local notes = {}
  if select(2, runtime.ids()) == 0 then
    notes[1] = "You are root, whose tasks the kernel does not limit: a build or server can take all. Use another user."
  end
  if not ns.divides_sockets() then
    notes[#notes + 1] = "Builds and servers reach this host's abstract Unix sockets: it takes Linux 6.12 with Landlock"
      .. " to keep them away."
  end
  return notes
end

--- The lines `left4me check` prints for this backend.
-- @return table[] {ok=boolean|"note", text=string, mend=string|nil what to do when not ok}
function M.lines()
  local lines = { kernel(), namespaces(), bubblewrap() }
  for _, notes in ipairs { NOTES, more_notes() } do
    for _, note in ipairs(notes) do lines[#lines + 1] = { ok = "note", text = note } end
  end
  return lines
end

return M
