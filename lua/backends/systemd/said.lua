-- What a unit said last, for whoever has to explain why it failed.
local journal = require "host.journal"
local text = require "base.text"

local M = {}

local LINES, LONGEST = 20, 300
-- Below this journald's own notices begin: syslog(3) levels, 3 is an error.
local ERROR = 3

--- The last line a unit printed since a place in the journal; a line on standard error or above wins.
-- @param unit string
-- @param after string|nil cursor
-- @return string|nil printable, bounded; nil when it said nothing, or nobody may read it
function M.last(unit, after)
  local entries <close> = journal.open { unit = unit, after = after, tail = LINES }
  if not entries then return nil end
  local line, serious
  for entry in function() return entries:next() end do
    if entry.text:find("%S") then
      line = entry.text
      if entry.priority <= ERROR then serious = entry.text end
    end
  end
  line = serious or line
  return line and text.shorten(text.printable(line), LONGEST)
end

return M
