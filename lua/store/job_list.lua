-- Lists of jobs for people: each combination of filters has an index that finds its newest rows in their order.
local job_rules = require "domain.job"

local M = {}

local FILTERS = { "owner_id", "operation", "state", "server_id", "overlay_id" }
local NEWEST <const> = 100

-- Jobs that are not over are few. The names of the other indexes say what they are on; an overlay's jobs are builds,
-- and an object's are its owner's. Statistics would mislead the planner: almost all of a long history is in one state.
local function index_for(options)
  local state = options.state and "_state" or ""
  if options.state and not job_rules.final(options.state) then return "jobs_state" end
  if options.overlay_id then return "jobs_overlay" .. state end
  local of = options.server_id and "_server" or options.owner_id and "_owner" or ""
  local name = "jobs" .. of .. (options.operation and "_operation" or "") .. state
  return name ~= "jobs" and name or nil
end

--- The query of a list, the newest first.
-- @param select string up to the table's name
-- @param options {limit=, before=id|nil, owner_id=|nil, operation=|nil, state=|nil, server_id=|nil, overlay_id=|nil}
-- @return string sql
-- @return table values; one row more than the limit tells whether there are older ones
function M.query(select, options)
  local where, values, index = {}, {}, index_for(options)
  for _, column in ipairs(FILTERS) do
    if options[column] ~= nil then
      where[#where + 1] = column .. " = ?"
      values[#values + 1] = options[column]
    end
  end
  if options.before then
    where[#where + 1] = "id < ?"
    values[#values + 1] = options.before
  end
  values[#values + 1] = options.limit + 1
  return select .. (index and "INDEXED BY " .. index .. " " or "")
    .. (#where > 0 and "WHERE " .. table.concat(where, " AND ") or "") .. " ORDER BY id DESC LIMIT ?", values
end

--- The servers and overlays that the newest jobs were about.
-- @param d connection
-- @param owner_id integer|nil only of this owner's
-- @return table list of {server_id=|nil, overlay_id=|nil, name=|nil once it is gone}, servers first, by name
function M.objects(d, owner_id)
  local newest, values = M.query("SELECT server_id, overlay_id FROM jobs ", { limit = NEWEST, owner_id = owner_id })
  return d:rows([[SELECT server_id, overlay_id, coalesce((SELECT name FROM servers s WHERE s.id = server_id),
      (SELECT name FROM overlays o WHERE o.id = overlay_id)) AS name
    FROM (SELECT DISTINCT server_id, overlay_id FROM (]] .. newest .. [[))
    WHERE server_id IS NOT NULL OR overlay_id IS NOT NULL
    ORDER BY server_id IS NULL, name IS NULL, name, server_id, overlay_id]], table.unpack(values))
end

return M
