-- The table users. Digests leave it only through credentials().
local rows = require "store.rows"

local M = {}

local Users = {}
Users.__index = Users

local COLUMNS = "id, username, admin, active, language, password_changed_at, created_at, updated_at"

local function user(row)
  return rows.flags(row, "admin", "active")
end

--- Add a user.
-- @param one table {username=, password_digest=, admin=boolean, at= unix ms}
-- @return integer|nil id
-- @return string|nil "username" when it is taken
function Users:create(one)
  return rows.unique(self.d:run([[INSERT INTO users
    (username, password_digest, admin, password_changed_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)]],
    one.username, one.password_digest, one.admin, one.at, one.at, one.at))
end

--- A user by id.
-- @return table|nil {id, username, admin, active, language, password_changed_at, created_at, updated_at}
function Users:get(id)
  return user(self.d:row("SELECT " .. COLUMNS .. " FROM users WHERE id = ?", id))
end

--- A user by name, whatever its case.
function Users:named(username)
  return user(self.d:row("SELECT " .. COLUMNS .. " FROM users WHERE username = ?", username))
end

--- What is needed to check a password.
-- @return table|nil {id, active, password_digest, password_changed_at}
function Users:credentials(username)
  return rows.flags(self.d:row(
    "SELECT id, active, password_digest, password_changed_at FROM users WHERE username = ?", username), "active")
end

--- Users in the order of their ids.
-- @param options {after=integer, limit=integer}
-- @return table list with next
function Users:list(options)
  local list = self.d:rows("SELECT " .. COLUMNS .. " FROM users WHERE id > ? ORDER BY id LIMIT ?",
    options.after, options.limit + 1)
  for _, row in ipairs(list) do user(row) end
  return rows.page(list, options.limit)
end

--- Replace the password.
function Users:set_password(id, digest, at)
  assert(self.d:run("UPDATE users SET password_digest = ?, password_changed_at = ?, updated_at = ? WHERE id = ?",
    digest, at, at, id))
end

--- Make a user an admin, or no longer one.
function Users:set_admin(id, admin, at)
  assert(self.d:run("UPDATE users SET admin = ?, updated_at = ? WHERE id = ?", admin, at, id))
end

--- Let a user log in, or no longer.
function Users:set_active(id, active, at)
  assert(self.d:run("UPDATE users SET active = ?, updated_at = ? WHERE id = ?", active, at, id))
end

--- Choose the language of the pages; "" is what the browser asks for.
function Users:set_language(id, language, at)
  assert(self.d:run("UPDATE users SET language = ?, updated_at = ? WHERE id = ?", language, at, id))
end

--- Whether there is an active admin beside this one.
-- @return boolean
function Users:other_admin(id)
  return self.d:value("SELECT 1 FROM users WHERE admin = 1 AND active = 1 AND id <> ? LIMIT 1", id) ~= nil
end

--- @param d connection of host.db
function M.new(d)
  return setmetatable({ d = d }, Users)
end

return M
