-- Entries of the journal as lines: what journald broke is joined again, what systemd said itself is marked.
local M = {}

local Lines = {}
Lines.__index = Lines

local SYSTEMD = "[systemd] "

--- A collector of one unit's lines.
-- @param longest integer how many bytes of a line are kept; the rest of a longer one is dropped
-- @return table with add and rest
function M.new(longest)
  return setmetatable({ longest = longest }, Lines)
end

local function keep(self, text)
  local room = self.longest - self.size
  if room <= 0 then return end
  if #text > room then text = text:sub(1, room) end
  self.parts[#self.parts + 1] = text
  self.size = self.size + #text
end

local function finish(self, out)
  out[#out + 1] = { text = table.concat(self.parts), priority = self.priority, manager = self.manager }
  self.parts = nil
end

--- Add an entry. A line that the unit left open ends when systemd says something.
-- @param entry host.journal.entry
-- @param out table gets the lines that are whole now: {text=, priority= of its first part, manager=}
function Lines:add(entry, out)
  if entry.manager and self.parts then finish(self, out) end
  if not self.parts then
    self.parts, self.size, self.priority, self.manager = {}, 0, entry.priority, entry.manager
  end
  keep(self, entry.text)
  if not entry.broken then finish(self, out) end
end

--- Give out the line that is still open, as nothing more will come.
-- @param out table as above
function Lines:rest(out)
  if self.parts then finish(self, out) end
end

--- A line as it is shown.
-- @param line table {text=, manager=}
-- @return string without line feeds
function M.shown(line)
  return ((line.manager and SYSTEMD or "") .. line.text:gsub("\n", " "))
end

return M
