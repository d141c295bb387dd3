-- The table sessions, by digests: an id itself is never stored.
local rows = require "store.rows"

local M = {}

local Sessions = {}
Sessions.__index = Sessions

--- Add a session.
-- @param one table {digest=, user_id=, browser=, system=, address=, at= unix ms}
-- @return integer id
function Sessions:create(one)
  local _, id = assert(self.d:run([[INSERT INTO sessions
    (digest, user_id, browser, system, address, created_at, seen_at) VALUES (?, ?, ?, ?, ?, ?, ?)]],
    one.digest, one.user_id, one.browser, one.system, one.address, one.at, one.at))
  return id
end

--- A session and its user.
-- @return table|nil {id, user_id, created_at, seen_at, username, admin, active, language,
--   must_change_password}
function Sessions:find(digest)
  return rows.flags(self.d:row([[SELECT s.id, s.user_id, s.created_at, s.seen_at, u.username, u.admin, u.active,
    u.language, u.must_change_password FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.digest = ?]], digest),
    "admin", "active", "must_change_password")
end

--- Sessions of a user that are not over, the newest first.
-- @param options {user_id=, limit=, before=id|nil, created_after= unix ms, seen_after= unix ms}
-- @return table list of {id, browser, system, address, created_at, seen_at}, with next
function Sessions:list(options)
  return rows.page(self.d:rows([[SELECT id, browser, system, address, created_at, seen_at FROM sessions
    WHERE user_id = ? AND id < ? AND created_at >= ? AND seen_at >= ? ORDER BY id DESC LIMIT ?]], options.user_id,
    options.before or math.maxinteger, options.created_after, options.seen_after, options.limit + 1), options.limit)
end

--- Note when a session was last seen.
function Sessions:touch(digest, at)
  assert(self.d:run("UPDATE sessions SET seen_at = ? WHERE digest = ?", at, digest))
end

--- Forget one session.
-- @return boolean whether there was one
function Sessions:remove(digest)
  return assert(self.d:run("DELETE FROM sessions WHERE digest = ?", digest)) > 0
end

--- Forget one session of a user by its number.
-- @return boolean whether there was one
function Sessions:remove_one(user_id, id)
  return assert(self.d:run("DELETE FROM sessions WHERE id = ? AND user_id = ?", id, user_id)) > 0
end

--- Forget every session of a user but one.
-- @param kept integer its number
-- @return table list of the numbers of those that were
function Sessions:remove_others(user_id, kept)
  local numbers = {}
  for i, row in ipairs(self.d:rows("DELETE FROM sessions WHERE user_id = ? AND id <> ? RETURNING id", user_id, kept)) do
    numbers[i] = row.id
  end
  return numbers
end

--- Forget every session of a user.
-- @return integer how many there were
function Sessions:remove_of(user_id)
  return (assert(self.d:run("DELETE FROM sessions WHERE user_id = ?", user_id)))
end

--- Forget sessions that began or were seen too long ago.
-- @param created_before integer unix ms
-- @param seen_before integer unix ms
function Sessions:prune(created_before, seen_before)
  assert(self.d:run("DELETE FROM sessions WHERE created_at < ?", created_before))
  assert(self.d:run("DELETE FROM sessions WHERE seen_at < ?", seen_before))
end

--- @param d connection of host.db
function M.new(d)
  return setmetatable({ d = d }, Sessions)
end

return M
