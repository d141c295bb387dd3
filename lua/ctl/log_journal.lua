-- Reads the console log of a run out of the journal, for l4d2ctl logs.
local console_lines = require "domain.console_lines"
local journal = require "host.journal"
local journal_lines = require "domain.journal_lines"
local server_run = require "domain.server_run"

local M = {}

local Journal = {}
Journal.__index = Journal

local LINE = 4096
local BATCH = 500

-- What was printed last may be on its way to the journal for a while.
Journal.silence_ms = 500

local function text_of(self, lines)
  local out = {}
  for i, line in ipairs(lines) do out[i] = self.cutter:feed(journal_lines.shown(line) .. "\n") end
  return table.concat(out)
end

local function next_batch(self)
  local batch = {}
  while #batch < BATCH do
    local entry = self.entries:next()
    if not entry then break end
    entry.cursor = self.entries:cursor()
    batch[#batch + 1] = entry
  end
  return batch
end

-- The lines of a batch; those of a later run are left out, and then there are no more.
local function lines_of(self, batch, limit)
  local lines = {}
  for _, entry in ipairs(batch) do
    self.past = self.past or limit ~= nil and entry.cursor ~= nil and not server_run.is_earlier(entry.cursor, limit)
    if not self.past then self.lines:add(entry, lines) end
  end
  return lines
end

--- Show what is there and was not shown.
-- @param show function(block) → false when the reader is gone
-- @param next_run function|nil → the cursor where a later run has begun, nil when none has
-- @return boolean|nil whether there was anything of this run; nil when the reader is gone
function Journal:copy(show, next_run)
  local heard = false
  self.entries:process()
  while not self.past do
    local batch = next_batch(self)
    if not batch[1] then break end
    local lines = lines_of(self, batch, next_run and next_run())
    if lines[1] and not show(text_of(self, lines)) then return nil end
    heard = heard or not self.past
  end
  return heard
end

--- Show the line that is still open, as nothing more will come.
function Journal:finish(show)
  local lines = {}
  self.lines:rest(lines)
  if lines[1] then show(text_of(self, lines)) end
end

--- @return integer|nil the descriptor that is readable when there may be more
function Journal:fd() return self.watched end

--- @return integer ms to wait until the next look
function Journal:patience() return self.entries:timeout() end

--- Close the journal.
function Journal:close()
  self.entries:close()
end
Journal.__close = Journal.close

--- @param log table {unit=, invocation=|nil, after=|nil, boot=|nil, directory=|nil for specs} as a backend's log() says
-- @param lines integer how many of the last lines
-- @param follow boolean whether it is to be waited for
-- @return table|nil source; string message
function M.open(log, lines, follow)
  local entries, err = journal.open {
    unit = log.unit, invocation = log.invocation, after = log.after, boot = log.boot, directory = log.directory,
    restarts = true, manager = true, tail = lines,
  }
  if not entries then return nil, err end
  local watched
  if follow then
    watched, err = entries:fd()
    if not watched then
      entries:close()
      return nil, err
    end
  end
  return setmetatable({
    entries = entries, watched = watched, lines = journal_lines.new(LINE + 4), cutter = console_lines.new(LINE),
  }, Journal)
end

return M
