-- What this host offers the standalone backend, and what that backend cannot enforce on any host.
local finding = require "base.finding"
local fs = require "host.fs"
local ns = require "host.ns"
local runtime = require "host.runtime"
local texts = require("domain.findings").standalone

local M = {}

local fine, wrong, note = finding.fine, finding.wrong, finding.note

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
    if dir and dir:stat("bwrap") then return fine(texts.bubblewrap()) end
  end
  return wrong(texts.no_bubblewrap(), "apt install bubblewrap")
end

local function kernel()
  local release = read_first_line("/proc/sys/kernel/osrelease") or "?"
  local major, minor = release:match("^(%d+)%.(%d+)")
  local new_enough = major and (tonumber(major) > 5 or tonumber(major) == 5 and tonumber(minor) >= 11)
  local found = texts.kernel { release = release }
  return new_enough and fine(found) or wrong(found, texts.newer_kernel())
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
      return wrong(texts.no_namespaces(), switch.mend)
    end
  end
  return fine(texts.namespaces())
end

-- What depends on who runs it, and on which kernel.
local function more_notes()
  local notes = {}
  if select(2, runtime.ids()) == 0 then notes[1] = note(texts.root()) end
  if not ns.divides_sockets() then notes[#notes + 1] = note(texts.sockets()) end
  return notes
end

--- The lines `left4me check` prints for this backend.
-- @return table[] {ok=boolean|"note", text=string, mend=string|nil what to do when not ok}
function M.lines()
  local lines = { kernel(), namespaces(), bubblewrap(),
    note(texts.servers()), note(texts.builds()), note(texts.networks()), note(texts.reboot()) }
  local more = more_notes()
  return table.move(more, 1, #more, #lines + 1, lines)
end

return M
