-- The units of a production host: of this version, as systemd has them, not weakened; the service and its timer.
local finding = require "base.finding"

local M = {}

local fine, wrong = finding.fine, finding.wrong

local UNIT_DIR = "/usr/local/lib/systemd/system/"
local WEB, TIMER = "left4me-web.service", "left4me-workshop-refresh.timer"
local RELOAD = "systemctl daemon-reload"
local PROPERTIES = "Id,LoadState,ActiveState,UnitFileState,FragmentPath,DropInPaths,NeedDaemonReload"

-- Directives that make a unit's sandbox, its user or what it runs; limits, weights and environment are the admin's.
local SANDBOX = {
  "^Protect", "^Private", "^Restrict", "^SystemCall", "^Capability", "^Ambient", "^NoNewPrivileges$", "^IPAddress",
  "^Root", "^Bind", "^TemporaryFileSystem$", "^ReadWritePaths$", "^InaccessiblePaths$", "^ExecPaths$", "^Device",
  "^User$", "^Group$", "^SupplementaryGroups$", "^DynamicUser$", "^Exec", "^UMask$", "^MemoryDenyWriteExecute$",
  "^LockPersonality$", "^KeyringMode$", "^SyslogLevelPrefix$", "^MountAPIVFS$", "^Delegate$",
}

-- What the installation put into the system is what the installed program brought.
local function versions(look)
  local copies = look.share_dir .. "/system/"
  local files = look.files(copies)
  if not files[1] then
    return { wrong(("the program in %s was not put there by deploy/install"):format(look.share_dir),
      "deploy/install, and then /usr/local/bin/left4me") }
  end
  local lines = {}
  for _, name in ipairs(files) do
    local path = "/" .. name
    local content, _, code = look.read(path)
    if code == 2 then -- ENOENT
      lines[#lines + 1] = wrong(path .. " is missing", "deploy/install")
    elseif content and content ~= look.read(copies .. name) then
      lines[#lines + 1] = wrong(path .. " is not this version's", "deploy/install; your own changes go into drop-ins")
    end
  end
  if not lines[1] then lines[1] = fine(("the %d files in the system are this version's"):format(#files)) end
  return lines
end

-- A template is looked at as one of its units.
local function instance_of(file)
  return (file:gsub("@%.", "@1."))
end

-- → name → table of properties; nil and why
local function properties(look, files)
  local argv = { "systemctl", "show", "--property=" .. PROPERTIES }
  for _, file in ipairs(files) do argv[#argv + 1] = instance_of(file) end
  local said, message = look.run(table.unpack(argv))
  if not said then return nil, message end
  local units = {}
  for block in (said .. "\n"):gmatch "(.-)\n\n" do
    local one = {}
    for name, value in (block .. "\n"):gmatch "([%w]+)=([^\n]*)\n" do one[name] = value end
    if one.Id then units[one.Id] = one end
  end
  return units
end

-- Directives of a drop-in that change what keeps a unit in its place.
local function weakened(content)
  for name in ("\n" .. content):gmatch "\n%s*(%a+)%s*=" do
    for _, pattern in ipairs(SANDBOX) do
      if name:find(pattern) then return name end
    end
  end
end

-- Ours lie beside the units and were compared with this version's already.
local function drop_ins(look, file, unit)
  local lines = {}
  for path in (unit.DropInPaths or ""):gmatch "%S+" do
    local ours = path:sub(1, #UNIT_DIR) == UNIT_DIR
    local name = not ours and weakened(look.read(path) or "")
    if name then
      lines[#lines + 1] = wrong(("%s changes %s= of %s, which keeps it in its place"):format(path, name, file),
        ("remove that line, then %s"):format(RELOAD))
    elseif not ours then
      lines[#lines + 1] = { ok = "note", text = ("%s has the drop-in %s."):format(file, path) }
    end
  end
  return lines
end

-- → what is wrong with one unit as systemd has it, or nil
local function state(file, unit)
  if unit.LoadState == "masked" then
    return wrong(file .. " is masked", "systemctl unmask " .. file)
  elseif unit.FragmentPath ~= "" and unit.FragmentPath ~= UNIT_DIR .. file then
    return wrong(("%s stands in for %s"):format(unit.FragmentPath, file),
      ("rm %s && %s"):format(unit.FragmentPath, RELOAD))
  elseif unit.NeedDaemonReload == "yes" then
    return wrong(("systemd has %s in memory as it was before"):format(file), RELOAD)
  elseif unit.LoadState ~= "loaded" then
    return wrong(("systemd does not know %s (%s)"):format(file, unit.LoadState), RELOAD .. ", or deploy/install")
  end
end

local function started_with_host(file, unit, what)
  local lines = {}
  if unit.ActiveState ~= "active" then
    lines[1] = wrong(("%s does not run (%s)"):format(what, unit.ActiveState),
      ("systemctl restart %s; journalctl -u %s says why it ended"):format(file, file))
  end
  if unit.UnitFileState ~= "enabled" then
    lines[#lines + 1] = wrong(("%s does not start with this machine"):format(what), "systemctl enable " .. file)
  end
  if not lines[1] then lines[1] = fine(what .. " runs, and starts with this machine") end
  return lines
end

local function units_of(look)
  local files = {}
  for _, name in ipairs(look.files(look.share_dir .. "/system" .. UNIT_DIR)) do
    if not name:find("/", 1, true) then files[#files + 1] = name end
  end
  if not files[1] then return {} end
  local units, message = properties(look, files)
  if not units then
    return { wrong("systemd does not tell of its units: " .. (message or "?"), "systemctl status dbus") }
  end
  local lines, count = {}, 0
  local function add(more) table.move(more, 1, #more, #lines + 1, lines) end
  for _, file in ipairs(files) do
    local unit = units[instance_of(file)] or { LoadState = "not-found", FragmentPath = "" }
    local problem = state(file, unit)
    add { problem }
    count = count + (problem and 0 or 1)
    add(drop_ins(look, file, unit))
  end
  if count == #files then
    table.insert(lines, 1, fine(("systemd has the %d units as they are on disk"):format(count)))
  end
  if units[WEB] then add(started_with_host(WEB, units[WEB], "the service")) end
  if units[TIMER] then add(started_with_host(TIMER, units[TIMER], "the daily Workshop refresh")) end
  return lines
end

--- @param look table as backends.systemd.look
-- @return table[] lines of `left4me check`
function M.lines(look)
  local lines = versions(look)
  local more = units_of(look)
  return table.move(more, 1, #more, #lines + 1, lines)
end

return M
