-- The table users. Digests leave it only through credentials().
local rows = require "store.rows"

local M = {}

local Users = {}
Users.__index = Users

local COLUMNS = [[id, username, admin, active, language, must_change_password, password_changed_at, last_login_at,
  created_at, updated_at]]

local function user(row)
  return rows.flags(row, "admin", "active", "must_change_password")
end

--- Add a user.
-- @param one table {username=, password_digest=, once=boolean the password must be changed, admin=boolean, at= unix ms}
-- @return integer|nil id
-- @return string|nil "username" when it is taken
function Users:create(one)
  return rows.unique(self.d:run([[INSERT INTO users
    (username, password_digest, must_change_password, admin, password_changed_at, created_at, updated_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)]],
    one.username, one.password_digest, one.once or false, one.admin, one.at, one.at, one.at))
end

--- A user by id.
-- @return table|nil {id, username, admin, active, language, must_change_password, password_changed_at,
--   last_login_at|nil, created_at, updated_at}
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
-- @return table list with next; each as get, with sessions and servers: how many
function Users:list(options)
  local list = self.d:rows("SELECT " .. COLUMNS .. [[,
    (SELECT count(*) FROM sessions s WHERE s.user_id = users.id) AS sessions,
    (SELECT count(*) FROM servers s WHERE s.user_id = users.id) AS servers
    FROM users WHERE id > ? ORDER BY id LIMIT ?]], options.after, options.limit + 1)
  for _, row in ipairs(list) do user(row) end
  return rows.page(list, options.limit)
end

-- What keeps a user from being deleted, with where it is shown.
local OWNED = { "servers", "blueprints", "overlays" }

--- What a user has.
-- @param limit integer how many of each are named
-- @return table {servers=, blueprints=, overlays=: lists of {id, name} with total=, sessions=, tokens=: how many}
function Users:belongings(id, limit)
  local out = {}
  for _, name in ipairs(OWNED) do
    local list = self.d:rows(("SELECT id, name FROM %s WHERE user_id = ? ORDER BY id LIMIT ?"):format(name), id, limit)
    list.total = self.d:value(("SELECT count(*) FROM %s WHERE user_id = ?"):format(name), id)
    out[name] = list
  end
  out.sessions = self.d:value("SELECT count(*) FROM sessions WHERE user_id = ?", id)
  out.tokens = self.d:value("SELECT count(*) FROM tokens WHERE user_id = ?", id)
  return out
end

--- Forget a user who has no servers, blueprints or overlays; their sessions and tokens go with them.
function Users:remove(id)
  assert(self.d:run("DELETE FROM users WHERE id = ?", id))
end

--- Replace the password.
-- @param once boolean whether it must be changed at the next login
function Users:set_password(id, digest, once, at)
  assert(self.d:run([[UPDATE users SET password_digest = ?, must_change_password = ?, password_changed_at = ?,
    updated_at = ? WHERE id = ?]], digest, once, at, at, id))
end

--- Note a login.
function Users:set_login(id, at)
  assert(self.d:run("UPDATE users SET last_login_at = ? WHERE id = ?", at, id))
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
