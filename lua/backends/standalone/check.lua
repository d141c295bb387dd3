-- What this host offers the standalone backend, and what that backend cannot enforce on any host.
local fs = require "host.fs"
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
  "Servers have no limit on memory, processor or tasks: that takes the systemd backend.",
  "Builds: 4 GiB and 512 tasks count per process and per build, the 200 % of processor are not enforced.",
  "Builds can reach private networks of this host, not only the public internet.",
  "Servers do not start by themselves after a reboot; the dashboard shows which should run.",
}

--- The lines `left4me check` prints for this backend.
-- @return table[] {ok=boolean|"note", text=string, mend=string|nil what to do when not ok}
function M.lines()
  local lines = { kernel(), namespaces(), bubblewrap() }
  for _, note in ipairs(NOTES) do lines[#lines + 1] = { ok = "note", text = note } end
  return lines
end

return M
