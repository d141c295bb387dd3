-- The table tokens, by digests: a token itself is never stored.
local rows = require "store.rows"

local M = {}

local Tokens = {}
Tokens.__index = Tokens

local COLUMNS = "t.id, t.user_id, t.name, t.created_at, t.last_used_at, u.username"
local FROM = " FROM tokens t JOIN users u ON u.id = t.user_id "

--- Add a token.
-- @param one table {user_id=, name=, digest=, at=}
-- @return integer id
function Tokens:create(one)
  local _, id = assert(self.d:run("INSERT INTO tokens (user_id, name, digest, created_at) VALUES (?, ?, ?, ?)",
    one.user_id, one.name, one.digest, one.at))
  return id
end

--- A token by id.
-- @return table|nil {id, user_id, name, created_at, last_used_at, username}
function Tokens:get(id)
  return self.d:row("SELECT " .. COLUMNS .. FROM .. "WHERE t.id = ?", id)
end

--- The user behind a digest.
-- @return table|nil {id, user_id, last_used_at, username, admin, active}
function Tokens:find(digest)
  return rows.flags(self.d:row("SELECT t.id, t.user_id, t.last_used_at, u.username, u.admin, u.active"
    .. FROM .. "WHERE t.digest = ?", digest), "admin", "active")
end

--- Note when a token was last used.
function Tokens:touch(id, at)
  assert(self.d:run("UPDATE tokens SET last_used_at = ? WHERE id = ?", at, id))
end

--- Tokens in the order of their ids.
-- @param options {after=, limit=, user_id=|nil for everyone's}
-- @return table list with next
function Tokens:list(options)
  local list
  if options.user_id then
    list = self.d:rows("SELECT " .. COLUMNS .. FROM .. "WHERE t.user_id = ? AND t.id > ? ORDER BY t.id LIMIT ?",
      options.user_id, options.after, options.limit + 1)
  else
    list = self.d:rows("SELECT " .. COLUMNS .. FROM .. "WHERE t.id > ? ORDER BY t.id LIMIT ?",
      options.after, options.limit + 1)
  end
  return rows.page(list, options.limit)
end

--- Forget a token.
function Tokens:remove(id)
  assert(self.d:run("DELETE FROM tokens WHERE id = ?", id))
end

--- Forget all tokens of a user.
function Tokens:remove_of(user_id)
  assert(self.d:run("DELETE FROM tokens WHERE user_id = ?", user_id))
end

--- @param d connection of host.db
function M.new(d)
  return setmetatable({ d = d }, Tokens)
end

return M
