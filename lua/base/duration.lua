-- Lengths of time in words.
local M = {}

local UNITS = {
  { 86400, "day" }, { 3600, "hour" }, { 60, "minute" }, { 1, "second" },
}

--- A length of time in its largest unit: "3 minutes", "1 day"; below a second "a moment".
-- @param ms integer milliseconds, not negative
-- @return string
function M.words(ms)
  local seconds = ms // 1000
  for _, unit in ipairs(UNITS) do
    local count = seconds // unit[1]
    if count >= 1 then return ("%d %s%s"):format(count, unit[2], count == 1 and "" or "s") end
  end
  return "a moment"
end

--- How long ago a time was: "just now", "5 minutes ago"; a time yet to come is "just now" too.
-- @param at integer unix ms
-- @param now integer unix ms
-- @return string
function M.ago(at, now)
  if now - at < 5000 then return "just now" end
  return M.words(now - at) .. " ago"
end

return M
