-- Keeps the logs of the newest jobs and removes older ones.
local M = {}

local Retention = {}
Retention.__index = Retention

local function path(id) return ("logs/jobs/%d.log"):format(id) end

--- A job is over: the log that is now one too many goes.
function Retention:finished(id)
  if id > self.keep then self.root:remove(path(id - self.keep)) end
end

--- Remove all logs but those of the newest jobs; for the start of the service.
-- @return integer how many were removed
function Retention:sweep()
  local ids = {}
  for _, entry in ipairs(self.root:list("logs/jobs", self.keep * 4 + 10000) or {}) do
    ids[#ids + 1] = math.tointeger(tonumber(entry.name:match("^(%d+)%.log$")))
  end
  table.sort(ids)
  local surplus = math.max(0, #ids - self.keep)
  for i = 1, surplus do self.root:remove(path(ids[i])) end
  return surplus
end

--- @param root host.fs root of the state directory
-- @param keep integer how many logs stay
function M.new(root, keep)
  return setmetatable({ root = root, keep = keep }, Retention)
end

return M
