-- The units of a production host: of this version, as systemd has them, not weakened; the service and its timer.
local finding = require "base.finding"
local texts = require("domain.findings").units

local M = {}

local fine, wrong, note = finding.fine, finding.wrong, finding.note

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
    return { wrong(texts.not_installed { path = look.share_dir }, texts.install()) }
  end
  local lines = {}
  for _, name in ipairs(files) do
    local path = "/" .. name
    local content, _, code = look.read(path)
    if code == 2 then -- ENOENT
      lines[#lines + 1] = wrong(texts.no_file { path = path }, "deploy/install")
    elseif content and content ~= look.read(copies .. name) then
      lines[#lines + 1] = wrong(texts.other_file { path = path }, texts.use_drop_ins())
    end
  end
  if not lines[1] then lines[1] = fine(texts.files { number = #files }) end
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
      lines[#lines + 1] = wrong(texts.weakened { path = path, name = name, unit = file }, texts.remove_line())
    elseif not ours then
      lines[#lines + 1] = note(texts.drop_in { unit = file, path = path })
    end
  end
  return lines
end

-- → what is wrong with one unit as systemd has it, or nil
local function state(file, unit)
  if unit.LoadState == "masked" then
    return wrong(texts.masked { unit = file }, "systemctl unmask " .. file)
  elseif unit.FragmentPath ~= "" and unit.FragmentPath ~= UNIT_DIR .. file then
    return wrong(texts.replaced { path = unit.FragmentPath, unit = file },
      ("rm %s && %s"):format(unit.FragmentPath, RELOAD))
  elseif unit.NeedDaemonReload == "yes" then
    return wrong(texts.stale { unit = file }, RELOAD)
  elseif unit.LoadState ~= "loaded" then
    return wrong(texts.unknown { unit = file, state = unit.LoadState }, texts.reload())
  end
end

-- What runs from the start of the machine on: when it does not, when it will not, when all is well.
local STARTED = {
  [WEB] = { texts.web_down, texts.web_not_enabled, texts.web },
  [TIMER] = { texts.timer_down, texts.timer_not_enabled, texts.timer },
}

local function started_with_host(file, unit)
  local lines = {}
  local down, not_enabled, well = table.unpack(STARTED[file])
  if unit.ActiveState ~= "active" then
    lines[1] = wrong(down { state = unit.ActiveState }, texts.restart { unit = file })
  end
  if unit.UnitFileState ~= "enabled" then
    lines[#lines + 1] = wrong(not_enabled(), "systemctl enable " .. file)
  end
  if not lines[1] then lines[1] = fine(well()) end
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
    return { wrong(texts.silent { message = message or "?" }, "systemctl status dbus") }
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
    table.insert(lines, 1, fine(texts.units { number = count }))
  end
  for _, file in ipairs { WEB, TIMER } do
    if units[file] then add(started_with_host(file, units[file])) end
  end
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
