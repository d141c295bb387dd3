-- Fields that the actions of several objects share.
local M = {}

M.LIMIT = { name = "limit", type = "integer", min = 1, max = 200, help = "How many at most (50)" }
M.AFTER = { name = "after", type = "integer", min = 0, help = "Go on after this id" }

--- The id an object action works on.
-- @param what string the object in words
-- @return table field
function M.id(what)
  return { name = "id", type = "id", required = true, help = "The id of the " .. what }
end

--- A field that must be given.
-- @param field table
-- @return table field
function M.required(field)
  local copy = {}
  for key, value in pairs(field) do copy[key] = value end
  copy.required = true
  return copy
end

--- The arguments without the id: what changes an object.
-- @param args table
-- @return table
function M.without_id(args)
  local out = {}
  for key, value in pairs(args) do out[key] = value end
  out.id = nil
  return out
end

return M
