-- The table audit: who did what, through which door.
local M = {}

local Audit = {}
Audit.__index = Audit

--- Add an entry.
-- @param entry table {at= unix ms, user_id=|nil, door=, action=, object=|nil, detail=|nil}
function Audit:add(entry)
  assert(self.d:run("INSERT INTO audit (at, user_id, door, action, object, detail) VALUES (?, ?, ?, ?, ?, ?)",
    entry.at, entry.user_id, entry.door, entry.action, entry.object or "", entry.detail or ""))
end

--- The newest entries, the newest first.
-- @param limit integer
-- @return table list of {id, at, user_id, door, action, object, detail}
function Audit:newest(limit)
  return self.d:rows("SELECT id, at, user_id, door, action, object, detail FROM audit ORDER BY id DESC LIMIT ?", limit)
end

--- Entries after an id, the oldest first.
-- @param limit integer
-- @return table list
function Audit:after(id, limit)
  return self.d:rows([[SELECT id, at, user_id, door, action, object, detail FROM audit WHERE id > ?
    ORDER BY id LIMIT ?]], id, limit)
end

--- @param d connection of host.db
function M.new(d)
  return setmetatable({ d = d }, Audit)
end

return M
