-- How much there is: counts over all tables, and the size of the database.
local rows = require "store.rows"

local M = {}

local Figures = {}
Figures.__index = Figures

local COUNTED = { "users", "servers", "blueprints", "overlays", "jobs" }

--- Count everything.
-- @return table {users=, servers=, blueprints=, overlays=, jobs=, running= servers, unfinished= jobs, bytes= of the
--   database, sqlite= version}
function Figures:all()
  local out = {}
  for _, name in ipairs(COUNTED) do out[name] = self.d:value("SELECT count(*) FROM " .. name) end
  out.running = self.d:value("SELECT count(*) FROM servers WHERE actual_state = 'running'")
  out.unfinished = self.d:value("SELECT count(*) FROM jobs INDEXED BY jobs_state WHERE " .. rows.UNFINISHED)
  out.bytes = self.d:value("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
  out.sqlite = self.d:value("SELECT sqlite_version()")
  return out
end

--- @param d connection of host.db
function M.new(d)
  return setmetatable({ d = d }, Figures)
end

return M
