-- Logging in: passwords, the rate limit, browser sessions.
local agent = require "domain.agent"
local errors = require "base.errors"
local unit = require "services.unit"

local M = {}

M.errors = errors.registry("auth", {
  refused = { status = 401, text = "Wrong user name or password." },
  too_many = { status = 429, text = "Too many passwords were tried. Please wait a minute." },
})

local WINDOW_MS, ATTEMPTS = 60 * 1000, 20
local TOUCH_MS = 300000
local MAX_NAME, MAX_PASSWORD = 64, 800

-- How long a session lasts, and how long without a request.
M.MAX_AGE_MS, M.MAX_IDLE_MS = 30 * 86400000, 7 * 86400000

local Auth = {}
Auth.__index = Auth

-- What the database keeps of a session id: useless without SECRET_KEY.
local function digest_of(self, id)
  local crypto = self.ports.crypto
  return crypto.hex(crypto.hmac(self.ports.config.secret_key, "session " .. id))
end

local function csrf_of(self, id)
  local crypto = self.ports.crypto
  return crypto.base64url(crypto.hmac(self.ports.config.secret_key, "csrf " .. id))
end

-- Count an attempt under all keys, unless one of them has used up its minute. → seconds to wait
local function wait_of(ports, keys)
  local now, attempts = ports.clock.now(), ports.store.login_attempts
  return ports.db:transaction(function()
    attempts:prune(now - WINDOW_MS, now)
    local wait = 0
    for kind, value in pairs(keys) do
      local count, oldest = attempts:recent(kind, value, now - WINDOW_MS)
      if count >= ATTEMPTS then wait = math.max(wait, (oldest + WINDOW_MS - now + 999) // 1000) end
    end
    if wait == 0 then
      for kind, value in pairs(keys) do attempts:add(kind, value, now) end
    end
    return wait
  end)
end

--- Count an attempt to give a password: 20 a minute for each user name and for each address.
-- @param ports table {db, store, clock}
-- @param username string
-- @param address string|nil of the client, as text; nil for someone who is logged in
-- @return true|nil
-- @return table|nil err too_many, with Retry-After
function M.attempt(ports, username, address)
  local wait = wait_of(ports, { username = username:lower(), address = address })
  if wait == 0 then return true end
  return nil, M.errors.too_many { headers = { ["Retry-After"] = tostring(wait) } }
end

-- The same work whoever asks: an unknown user costs a verification too.
local function verified(self, username, password)
  local crypto = self.ports.crypto
  if not self.dummy then self.dummy = assert(crypto.password_hash(crypto.hex(crypto.random(16)))) end
  local known = self.ports.store.users:credentials(username)
  local right = crypto.password_verify(known and known.password_digest or self.dummy, password)
  return right and known and known.active and known or nil
end

local function begin(self, known, address, user_agent)
  local ports = self.ports
  local id = ports.crypto.base64url(ports.crypto.random(32))
  return unit.act(ports, { id = known.id, door = "web" }, function(act)
    local user = ports.store.users:get(known.id)
    if not user.active or user.password_changed_at ~= known.password_changed_at then
      return nil, M.errors.refused()
    end
    ports.store.sessions:prune(act.now - M.MAX_AGE_MS, act.now - M.MAX_IDLE_MS)
    local browser, system = agent.names(user_agent)
    ports.store.sessions:create { digest = digest_of(self, id), user_id = user.id, browser = browser, system = system,
      address = address or "", at = act.now }
    ports.store.users:set_login(user.id, act.now)
    act:audit("user.login", "user:" .. user.id, address)
    return user, { id = id, csrf = csrf_of(self, id), user_id = user.id }
  end)
end

--- Log in. Takes as long for an unknown or deactivated user as for a wrong password. May block (argon2id).
-- @param username string
-- @param password string
-- @param address string of the client, as text
-- @param user_agent string|nil what the browser says it is
-- @return table|nil user
-- @return table session {id=, csrf=, user_id=}, always a new one; or err (401 refused, 429 too_many)
function Auth:login(username, password, address, user_agent)
  username = type(username) == "string" and username:sub(1, MAX_NAME) or ""
  if type(password) ~= "string" or #password > MAX_PASSWORD then password = "" end
  local ok, err = M.attempt(self.ports, username, address)
  if not ok then return nil, err end
  local known = verified(self, username, password)
  if not known then
    self.ports.log:warning("refused to log in %s from %s", username, address)
    return nil, M.errors.refused()
  end
  return begin(self, known, address, user_agent)
end

local function well_formed(id)
  return type(id) == "string" and #id == 43 and not id:find("[^%w_-]")
end

--- Who a session id belongs to.
-- @param id any what the cookie said
-- @return table|nil actor {id, username, admin, language, door="web", pass="session:<number>",
--   must_change_password=true|nil: before anything else}
-- @return table|nil session {id, csrf, user_id}
function Auth:session(id)
  if not well_formed(id) then return nil end
  local now, digest = self.ports.clock.now(), digest_of(self, id)
  local found = self.ports.store.sessions:find(digest)
  if not found or not found.active then return nil end
  if now - found.created_at > M.MAX_AGE_MS or now - found.seen_at > M.MAX_IDLE_MS then return nil end
  if now - found.seen_at > TOUCH_MS then
    local sessions = self.ports.store.sessions
    unit.try(sessions.touch, sessions, digest, now)
  end
  return { id = found.user_id, username = found.username, admin = found.admin, language = found.language,
      door = "web", pass = "session:" .. found.id, must_change_password = found.must_change_password or nil },
    { id = id, csrf = csrf_of(self, id), user_id = found.user_id }
end

--- End a session; an unknown one is fine.
-- @param id any what the cookie said
function Auth:logout(id)
  local actor = self:session(id)
  if not actor then return end
  unit.act(self.ports, actor, function(act)
    self.ports.store.sessions:remove(digest_of(self, id))
    act:audit("user.logout", "user:" .. actor.id)
    act:ring(actor.pass)
    return true
  end)
end

--- @param ports table {db, store, clock, hub, config, crypto, log}
function M.new(ports)
  return setmetatable({ ports = ports }, Auth)
end

return M
