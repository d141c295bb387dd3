-- Looking for objects by name, each within what its reader may see.
local M = {}

local Search = {}
Search.__index = Search

--- Objects the actor may see, the best matches first.
-- @param options {kind="server|overlay|blueprint", text=string|nil, except_state=|nil of servers, limit=|nil (20)}
-- @return table list, see store.search
function Search:find(actor, options)
  return self.ports.store.search:find {
    kind = options.kind, text = options.text or "", except_state = options.except_state, limit = options.limit or 20,
    user_id = not actor.admin and assert(actor.id) or nil,
  }
end

--- @param ports table {store}
function M.new(ports)
  return setmetatable({ ports = ports }, Search)
end

return M
