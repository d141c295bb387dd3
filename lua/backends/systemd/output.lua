-- What a build's unit prints, line by line: from a place in the journal until the relay's last line. Waits for nothing.
local clock = require "host.clock"
local journal = require "host.journal"
local journal_lines = require "domain.journal_lines"
local relayed = require "domain.relayed"

local M = {}

local Output = {}
Output.__index = Output

-- From here on (syslog(3): 5 is a notice) a line was printed on standard output.
local NOTICE = 5
-- A job's log cuts lines far below this.
local LONGEST_LINE = 32768
local BATCH = 1000
-- A relay that was killed says nothing more: then so long a silence is the end.
local SILENCE_MS = 500

-- Lines of the journal as those of the two streams.
local function by_stream(lines)
  local out = {}
  for i, line in ipairs(lines) do
    out[i] = { stream = line.priority < NOTICE and "stderr" or "stdout", text = relayed.text(line.text) }
  end
  return out
end

--- The lines that were printed and not yet read; what journald broke is joined.
-- @return table[] {stream="stdout"|"stderr", text=}; at most about a thousand: empty when there are none by now
function Output:read()
  local found = {}
  self.journal:process()
  for _ = 1, BATCH do
    local entry = not self.exit and self.journal:next()
    if not entry then break end
    self.exit = relayed.exit_code(entry.priority, entry.text)
    if self.exit then
      self.lines:rest(found)
    else
      self.lines:add(entry, found)
    end
  end
  return by_stream(found)
end

--- The script's exit code, once all was read: the relay's last line tells it.
-- @return integer|nil
function Output:exit_code()
  return self.exit
end

--- The descriptor that is readable when there may be more.
-- @return integer
function Output:fd()
  return self.watched
end

--- How long to wait for the descriptor: it tells late.
-- @param ms integer how long the caller would wait
-- @return integer ms
function Output:patience(ms)
  return math.max(0, math.min(ms, self.journal:timeout()))
end

--- Read on once the unit is over: to the relay's last line, or until nothing came for half a second.
-- @param wait function(fd, ms) that returns when fd is readable or the time is up
-- @param take function(line) called with each line
function Output:drain(wait, take)
  local silent_since = clock.monotonic()
  repeat
    local lines = self:read()
    for _, line in ipairs(lines) do take(line) end
    if lines[1] then silent_since = clock.monotonic() end
    local left = silent_since + SILENCE_MS - clock.monotonic()
    if self.exit or left <= 0 then break end
    if not lines[1] then wait(self.watched, self:patience(left)) end
  until false
  local rest = {}
  self.lines:rest(rest)
  for _, line in ipairs(by_stream(rest)) do take(line) end
end

--- Close; closing twice is fine.
function Output:close()
  self.journal:close()
end
Output.__close = Output.close

--- Follow a unit's output.
-- @param options table {unit=, after=cursor|nil, invocation=|nil, directory=|nil of journal files, for specs}
-- @return table|nil output; string message; string code as host.journal.open
function M.new(options)
  local opened, err, code = journal.open(options)
  if not opened then return nil, err, code end
  local fd
  fd, err, code = opened:fd()
  if not fd then
    opened:close()
    return nil, err, code
  end
  return setmetatable({
    journal = opened, watched = fd, lines = journal_lines.new(LONGEST_LINE),
  }, Output)
end

return M
