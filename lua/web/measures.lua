-- Sizes and lengths of time as people read them, in the words of their language.
local M = {}

local UNITS = { "B", "KiB", "MiB", "GiB", "TiB" }
local SECOND, MINUTE, HOUR = 1000, 60 * 1000, 3600 * 1000

--- A size: whole bytes, else three digits or so and a unit of 1024s.
-- @param words table of web.words
-- @param bytes integer
-- @return string e.g. "1.5 GiB"
function M.size(words, bytes)
  local value, unit = bytes, 1
  while value >= 1024 and unit < #UNITS do value, unit = value / 1024, unit + 1 end
  local text = ((unit == 1 or value >= 99.95) and "%.0f" or "%.1f"):format(value)
  return (text:gsub("%.", words:text "measures.point")) .. " " .. UNITS[unit]
end

--- How long something took.
-- @param words table of web.words
-- @param ms integer
-- @return string e.g. "2 min 5 s"
function M.duration(words, ms)
  if ms < SECOND then return words:text "measures.instant" end
  if ms < MINUTE then return words:text("measures.seconds", "s", ("%d"):format(ms // SECOND)) end
  if ms < HOUR then
    return words:text("measures.minutes", "min", ("%d"):format(ms // MINUTE), "s", ("%d"):format(ms % MINUTE // SECOND))
  end
  return words:text("measures.hours", "h", ("%d"):format(ms // HOUR), "min", ("%d"):format(ms % HOUR // MINUTE))
end

return M
