-- The table login_attempts: who tried to log in within the last minute.
local M = {}

local Attempts = {}
Attempts.__index = Attempts

--- Note an attempt.
-- @param kind "address"|"username"
-- @param value string
-- @param at integer unix ms
function Attempts:add(kind, value, at)
  assert(self.d:run("INSERT INTO login_attempts (kind, value, at) VALUES (?, ?, ?)", kind, value, at))
end

--- Attempts after a time.
-- @return integer count
-- @return integer|nil oldest unix ms
function Attempts:recent(kind, value, since)
  local row = self.d:row(
    "SELECT count(*) AS count, min(at) AS oldest FROM login_attempts WHERE kind = ? AND value = ? AND at > ?",
    kind, value, since)
  return row.count, row.oldest
end

--- Forget attempts up to a time, and those of a clock that was ahead and has been put right since.
-- @param before integer unix ms
-- @param now integer unix ms
function Attempts:prune(before, now)
  assert(self.d:run("DELETE FROM login_attempts WHERE at <= ? OR at > ?", before, now))
end

--- @param d connection of host.db
function M.new(d)
  return setmetatable({ d = d }, Attempts)
end

return M
