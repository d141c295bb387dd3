-- Keeps the logs of the newest jobs and removes older ones.
local job_log = require "domain.job_log"

local M = {}

local Retention = {}
Retention.__index = Retention

local FOLDER = "logs/jobs"
local MARGIN = 20000

local function remove_surplus(self)
  local surplus = math.max(0, #self.ids - self.keep)
  for i = 1, surplus do self.root:remove(job_log.path(self.ids[i])) end
  table.move(self.ids, surplus + 1, #self.ids + surplus, 1)
  return surplus
end

--- A job is over: its log is now the newest, and one may be too many. Logs of jobs that run are not counted.
-- @param id integer
function Retention:finished(id)
  table.insert(self.ids, id)
  remove_surplus(self)
end

-- Ids of the logs there are, ascending; and whether there are more than could be listed.
local function listed(self)
  local ids = {}
  local entries, truncated = self.root:list(FOLDER, self.keep + MARGIN)
  for _, entry in ipairs(entries or {}) do ids[#ids + 1] = job_log.id(entry.name) end
  table.sort(ids)
  return ids, entries and truncated
end

--- Remove all logs but those of the newest jobs; for the start of the service, before a job runs.
-- @return integer how many were removed
function Retention:sweep()
  local removed = 0
  repeat
    local truncated
    self.ids, truncated = listed(self)
    local surplus = remove_surplus(self)
    removed = removed + surplus
  until not truncated or surplus == 0
  return removed
end

--- @param root host.fs root of the state directory
-- @param keep integer how many logs stay
function M.new(root, keep)
  return setmetatable({ root = root, keep = keep, ids = {} }, Retention)
end

return M
