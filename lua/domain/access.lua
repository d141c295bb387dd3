-- Who may do what: the permission of an action, and the owner of an object.
--
-- Permissions: "user" is anyone logged in; "owner" is the owner of the object or an admin (for a system-wide
-- object only an admin); "admin" is an admin. An object has user_id; without one it is system-wide.
local M = {}

M.PERMISSIONS = { user = true, owner = true, admin = true }

--- Whether an actor may call an action at all, before its object is known.
-- @param actor table|nil {id=, admin=}
-- @param permission string
-- @return boolean
-- @return string|nil "unauthenticated" or "forbidden"
function M.may_call(actor, permission)
  assert(M.PERMISSIONS[permission], "unknown permission")
  if not actor then return false, "unauthenticated" end
  if permission == "admin" and not actor.admin then return false, "forbidden" end
  return true
end

--- Whether an actor may know that an object exists.
-- @param actor table
-- @param object table {user_id=integer|nil}
-- @return boolean
function M.may_see(actor, object)
  return actor.admin == true or object.user_id == nil or object.user_id == actor.id
end

--- Whether an actor may change an object, run it or remove it.
-- @param actor table
-- @param object table {user_id=integer|nil}
-- @return boolean
-- @return string|nil "not_found" for someone else's, "forbidden" for a system-wide one
function M.may_change(actor, object)
  if actor.admin or object.user_id ~= nil and object.user_id == actor.id then return true end
  return false, object.user_id == nil and "forbidden" or "not_found"
end

--- The bells that end what an actor has open: their user lost a right, or the session or token they came with ended.
-- @param actor table {id=|nil, pass="session:7"|"token:3"|nil}
-- @return table|nil list of topics; nil for the machine's own doors, which nobody takes away
function M.endings(actor)
  return actor.id and { "user:" .. actor.id, actor.pass } or nil
end

return M
