-- Keeps the logs of the newest jobs, within a number and a size, and removes older ones.
local job_log = require "domain.job_log"

local M = {}

local Retention = {}
Retention.__index = Retention

local FOLDER = "logs/jobs"
local MARGIN = 20000
-- One job may print 256 MiB: thousands of such logs would fill any disk.
local MOST_BYTES = 4 << 30

local function note_size(self, id, size)
  self.bytes = self.bytes - (self.sizes[id] or 0) + (size or 0)
  self.sizes[id] = size
end

local function measure(self, id)
  local stat = self.root:stat(job_log.path(id))
  note_size(self, id, stat and stat.size)
end

-- The oldest go as long as there are too many, or too much is in them.
local function remove_surplus(self)
  local surplus, count = 0, #self.ids
  while surplus < count and (count - surplus > self.keep or self.bytes > self.most_bytes) do
    surplus = surplus + 1
    local id = self.ids[surplus]
    self.root:remove(job_log.path(id))
    note_size(self, id, nil)
  end
  table.move(self.ids, surplus + 1, count + surplus, 1)
  return surplus
end

--- A job is over: its log is now the newest, and one may be too many. Logs of jobs that run are not counted.
-- @param id integer
function Retention:finished(id)
  table.insert(self.ids, id)
  measure(self, id)
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
    self.sizes, self.bytes = {}, 0
    for _, id in ipairs(self.ids) do measure(self, id) end
    local surplus = remove_surplus(self)
    removed = removed + surplus
  until not truncated or surplus == 0
  return removed
end

--- @param root host.fs root of the state directory
-- @param keep integer how many logs stay
-- @param most_bytes integer|nil how much may be in them together (4 GiB)
function M.new(root, keep, most_bytes)
  return setmetatable({ root = root, keep = keep, most_bytes = most_bytes or MOST_BYTES, ids = {}, sizes = {},
    bytes = 0 }, Retention)
end

return M
