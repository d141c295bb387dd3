-- What can be done with an object as it is now, so that nothing is offered that would be refused.
local M = {}

-- action → function(object) → whether it makes sense. What is not here needs no more than that no job is at work.
local RULES = {
  ["server.start"] = function(server) return server.actual_state ~= "running" end,
  ["server.stop"] = function(server) return server.actual_state ~= "stopped" end,
  ["server.restart"] = function(server) return server.actual_state == "running" end,
  ["overlay.build"] = function(overlay) return overlay.type == "script" end,
  ["overlay.rebuild"] = function(overlay) return overlay.type == "script" and not overlay.mounted end,
  ["overlay.wipe"] = function(overlay) return not overlay.mounted end,
  ["overlay.delete"] = function(overlay) return not (overlay.used or overlay.mounted) end,
  ["blueprint.delete"] = function(blueprint) return not blueprint.used end,
}

--- Whether an action can be done with an object now.
-- @param action string its name
-- @param object table {busy=whether a job is at work on it, actual_state= of a server, type= of an overlay,
--   mounted=whether a running server has the overlay, used=whether something else refers to it}
-- @return boolean
function M.now(action, object)
  if object.busy then return false end
  local rule = RULES[action]
  return not rule or rule(object)
end

return M
