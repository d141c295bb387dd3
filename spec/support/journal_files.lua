-- Real journal files for specs, made by systemd-journal-remote from the export format.
local M = {}

local Files = {}
Files.__index = Files

local REMOTE = "/lib/systemd/systemd-journal-remote"

--- A throw-away directory for journal files.
-- @return table with path, boot (the default boot id), add, rotate and remove
function M.new()
  local pipe = assert(io.popen "mktemp -d")
  local path = pipe:read "l"
  pipe:close()
  return setmetatable({ path = path, boot = ("b"):rep(32), count = 0, rotations = 0 }, Files)
end

-- A field as the export format has it (https://systemd.io/JOURNAL_EXPORT_FORMATS): bytes behind their length, LE64.
local function field(name, value)
  return ("%s\n%s%s\n"):format(name, string.pack("<I8", #value), value)
end

local function export(self, entry)
  self.count = self.count + 1
  local fields = {
    ("__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=%s\n"):format(
      1700000000000000 + self.count * 1000, self.count * 1000, entry._BOOT_ID or self.boot),
  }
  for name, value in pairs(entry) do
    if name ~= "_BOOT_ID" then fields[#fields + 1] = field(name, tostring(value)) end
  end
  return table.concat(fields) .. "\n"
end

--- Add entries, a millisecond apart.
-- @param entries table[] field name → value; _BOOT_ID has a default
function Files:add(entries)
  local out = {}
  for i, entry in ipairs(entries) do out[i] = export(self, entry) end
  local pipe = assert(io.popen(("%s --output='%s/system.journal' - >/dev/null 2>&1"):format(REMOTE, self.path), "w"))
  pipe:write(table.concat(out))
  assert(pipe:close())
end

--- Rename the file as journald does at a rotation: the next entries go into a new one.
function Files:rotate()
  self.rotations = self.rotations + 1
  assert(os.rename(self.path .. "/system.journal", ("%s/system@%d.journal"):format(self.path, self.rotations)))
end

--- Remove everything.
function Files:remove()
  os.execute("rm -rf -- '" .. self.path .. "'")
end

return M
