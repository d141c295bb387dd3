-- What a unit said last, and what systemd says, for whoever has to explain why it failed.
local journal = require "host.journal"
local text = require "base.text"

local M = {}

local LINES, LONGEST = 20, 300
-- Levels of syslog(3). The relay of a build marks the end of its output with a debugging line.
local ERROR, INFO = 3, 6

--- The last line a unit printed since a place in the journal; a line on standard error or above wins.
-- @param unit string
-- @param after string|nil cursor
-- @return string|nil printable, bounded; nil when it said nothing, or nobody may read it
function M.last(unit, after)
  local entries <close> = journal.open { unit = unit, after = after, tail = LINES }
  if not entries then return nil end
  local line, serious
  for entry in function() return entries:next() end do
    if entry.text:find("%S") and entry.priority <= INFO then
      line = entry.text
      if entry.priority <= ERROR then serious = entry.text end
    end
  end
  line = serious or line
  return line and text.shorten(text.printable(line), LONGEST)
end

--- How a job that did not succeed ended, in systemd's words.
-- @param job table of backends.systemd.connection
-- @return string
function M.outcome(job)
  return job.message or job.result and "systemd says: " .. job.result or "it did not end in time"
end

--- Why a job did not succeed: in the unit's own last words, where it said any.
-- @param job table of backends.systemd.connection
-- @param after string|nil cursor of the journal before the job
-- @return string
function M.why(job, after)
  return job.message or M.last(job.unit, after) or M.outcome(job)
end

return M
