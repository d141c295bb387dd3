-- The names of the bells that pages listen to: all of a kind ("servers"), and one object ("of:server:7").
local M = {}

local KINDS = { server = "servers", overlay = "overlays", blueprint = "blueprints", job = "jobs" }

--- The bell of one object; its page listens to it.
-- @param kind string "server", "overlay", "job", "blueprint"
-- @param id integer
function M.object(kind, id)
  return ("of:%s:%d"):format(kind, id)
end

--- The bells for a change of a job: the lists, its own page, and the page of what it works on.
-- @param job table {id=, server_id=|nil, overlay_id=|nil}
-- @return table list
function M.of_job(job)
  local out = { "jobs", M.object("job", job.id) }
  if job.server_id then out[3] = M.object("server", job.server_id) end
  if job.overlay_id then out[3] = M.object("overlay", job.overlay_id) end
  return out
end

--- The bells for what an audit entry names: the list of its kind and the object itself.
-- @param object string|nil e.g. "server:7"
-- @return table list, empty for what has no page
function M.of_audited(object)
  local kind, id = (object or ""):match("^(%l+):(%d+)$")
  if not KINDS[kind] then return {} end
  return { KINDS[kind], M.object(kind, math.tointeger(tonumber(id))) }
end

return M
