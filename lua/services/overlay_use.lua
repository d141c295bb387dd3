-- Who uses an overlay, as far as the actor may know: blueprints, and the servers that follow them.
local M = {}

--- The actor's blueprints (all, for an admin) that have an overlay, each with its servers.
-- @param store table of tables
-- @param actor table
-- @param id integer the overlay's
-- @return table list of {id, name, owner, servers=list of {id, name, actual_state, last_error}}
function M.of(store, actor, id)
  local user_id = not actor.admin and actor.id or nil
  local list, by_id = store.overlays:used_by(id, user_id), {}
  for _, blueprint in ipairs(list) do
    blueprint.servers, by_id[blueprint.id] = {}, blueprint
  end
  for _, server in ipairs(store.overlays:servers(id, user_id)) do
    local blueprint = by_id[server.blueprint_id]
    if blueprint then table.insert(blueprint.servers, server) end
  end
  return list
end

return M
