-- API tokens: shown once, stored as SHA-256, acting as their user.
local access = require "domain.access"
local errors = require "base.errors"
local unit = require "services.unit"

local M = {}

M.errors = errors.registry("token", {
  not_found = { status = 404, text = "No such token." },
  no_user = { status = 422, exit = 2, text = "A token belongs to a user, and the console acts as none." },
})

local PREFIX, TOUCH_MS = "l4m_", 60000

local Tokens = {}
Tokens.__index = Tokens

local function digest_of(self, secret)
  return self.ports.crypto.hex(self.ports.crypto.sha256(secret))
end

--- Make a token.
-- @param args {name=string|nil}
-- @return table|nil token {id, user_id, username, name, created_at, last_used_at}
-- @return string|table the secret, never to be seen again; or err
function Tokens:create(actor, args)
  if not actor.id then return nil, M.errors.no_user() end
  local crypto = self.ports.crypto
  local secret = PREFIX .. crypto.base64url(crypto.random(32))
  return unit.act(self.ports, actor, function(act)
    local id = self.ports.store.tokens:create {
      user_id = actor.id, name = args.name or "", digest = digest_of(self, secret), at = act.now,
    }
    act:audit("token.create", "token:" .. id, args.name)
    return self.ports.store.tokens:get(id), secret
  end)
end

--- Who a token acts as.
-- @param secret any what the request said
-- @return table|nil actor {id, username, admin, door="api", pass="token:<id>"}; nil when it is no token of an active
--   user
function Tokens:resolve(secret)
  if type(secret) ~= "string" or not secret:match("^l4m_[%w_-]+$") or #secret ~= #PREFIX + 43 then return nil end
  local found = self.ports.store.tokens:find(digest_of(self, secret))
  if not found or not found.active then return nil end
  local now, tokens = self.ports.clock.now(), self.ports.store.tokens
  if now - (found.last_used_at or 0) > TOUCH_MS then unit.try(tokens.touch, tokens, found.id, now) end
  return { id = found.user_id, username = found.username, admin = found.admin, door = "api",
    pass = "token:" .. found.id }
end

--- The actor's tokens; everyone's at the command line.
-- @param options {limit=, after=}|nil
-- @return table list with next
function Tokens:list(actor, options)
  local page = unit.page(actor, options)
  page.user_id = actor.id
  return self.ports.store.tokens:list(page)
end

--- Revoke a token; streams it opened end.
-- @return table|nil the token that was
-- @return table|nil err
function Tokens:revoke(actor, id)
  return unit.act(self.ports, actor, function(act)
    local token = self.ports.store.tokens:get(id)
    if not token or not access.may_change(actor, token) then return nil, M.errors.not_found() end
    self.ports.store.tokens:remove(id)
    act:audit("token.revoke", "token:" .. id, "user:" .. token.user_id)
    act:ring("token:" .. id)
    return token
  end)
end

--- @param ports table {db, store, clock, hub, crypto}
function M.new(ports)
  return setmetatable({ ports = ports }, Tokens)
end

return M
