-- A run's console log: the game's own lines, cut when over-long, the file bounded to its newest part.
local console_lines = require "domain.console_lines"
local instance = require "domain.instance"

local M = {}

local Log = {}
Log.__index = Log

local MIB = 1 << 20

--- Sizes: the longest line in bytes, how much of a run is kept, and how many runs of a server.
M.limits = { line = 4096, bytes = 64 * MIB, slack = MIB, runs = 5 }

--- Where a run's log is, relative to the state directory.
-- @return string
function M.path(name, invocation)
  return ("%s/%s.log"):format(instance.paths(name).logs, invocation)
end

local function remove_old_runs(dir, folder, keep)
  local runs = {}
  for _, entry in ipairs(dir:list(folder) or {}) do
    local path = folder .. "/" .. entry.name
    local stat = entry.name:find("^%x+%.log$") and dir:stat(path)
    if stat then runs[#runs + 1] = { path = path, mtime = stat.mtime } end
  end
  table.sort(runs, function(a, b) return a.mtime > b.mtime end)
  for i = keep + 1, #runs do dir:remove(runs[i].path) end
end

--- Begin the log of a new run; logs of runs long past are removed.
-- @param dir host.fs root of the state directory
-- @param name string
-- @param invocation string 32 hex digits
-- @param limits table|nil as M.limits
-- @return table|nil log; string message; string code
function M.open(dir, name, invocation, limits)
  limits = limits or M.limits
  local folder = instance.paths(name).logs
  local ok, err, code = dir:mkdirs(folder, 488) -- 0750
  if not ok then return nil, err, code end
  remove_old_runs(dir, folder, limits.runs - 1)
  local file
  file, err, code = dir:append(M.path(name, invocation))
  if not file then return nil, err, code end
  return setmetatable({
    file = file, limits = limits, cutter = console_lines.new(limits.line),
    size = 0, floor = 0, lost = 0,
  }, Log)
end

-- A full disk must not end a game: what cannot be written is counted, and said when there is room.
local function put(self, text)
  if text == "" then return end
  if self.lost > 0 then
    local said = ("\n[left4me] %d bytes of output were lost: the disk was full\n"):format(self.lost)
    if self.file:write(said) then self.size, self.lost = self.size + #said, 0 end
  end
  if self.lost == 0 and self.file:write(text) then
    self.size = self.size + #text
  else
    self.lost = self.lost + #text
  end
end

-- Giving back whole blocks at the front keeps every later byte at its offset, so a reader's place
-- stays valid.
local function bound(self)
  local limits = self.limits
  if self.size - self.floor <= limits.bytes + limits.slack then return end
  local floor = (self.size - limits.bytes) // 4096 * 4096
  if self.file:punch(0, floor) then self.floor = floor end
end

--- Add the game's output.
-- @param chunk string
function Log:write(chunk)
  put(self, self.cutter:feed(chunk))
  bound(self)
end

--- Add a line of our own, on a line of its own.
-- @param text string
function Log:note(text)
  local lead = self.cutter:at_line_start() and "" or "\n"
  self:write(lead .. "[left4me] " .. text .. "\n")
end

--- Close the file.
function Log:close()
  self.file:close()
end
Log.__close = Log.close

return M
