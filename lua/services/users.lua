-- Accounts: creating them, passwords, who may log in and who is an admin.
local access = require "domain.access"
local auth = require "services.auth"
local errors = require "base.errors"
local rules = require "domain.user"
local unit = require "services.unit"
local validate = require "base.validate"

local M = {}

M.errors = errors.registry("user", {
  not_found = { status = 404, text = "No such user." },
  no_such = { code = "user.not_found", status = 404, text = "There is no user {username}." },
  name_taken = { status = 409, text = "There is a user of this name already." },
  last_admin = { status = 409, text = "This is the last active admin." },
  yourself = { status = 409, text = "You cannot do this to yourself. Another admin can." },
  owns = { status = 409,
    text = "This user still has servers ({servers}), blueprints ({blueprints}) or overlays ({overlays}). "
      .. "Delete those first." },
  wrong_current = { status = 422, exit = 2, text = "That is not your current password." },
})

-- How many of what a user has are named where all are counted.
local NAMED = 20

local Users = {}
Users.__index = Users

--- All users.
-- @param actor table an admin
-- @param options {limit=, after=}|nil
-- @return table list with next
function Users:list(actor, options)
  return self.ports.store.users:list(unit.page(actor, options))
end

--- A user by id.
-- @return table|nil user, see store.users
-- @return table|nil err
function Users:get(actor, id)
  local user = (actor.admin or actor.id == id) and self.ports.store.users:get(id)
  if not user then return nil, M.errors.not_found() end
  return user
end

--- A user by name; for the command line.
-- @return table|nil user
-- @return table|nil err
function Users:named(username)
  local user = self.ports.store.users:named(username)
  if not user then return nil, M.errors.no_such { params = { username = username } } end
  return user
end

--- A user and what they have; for admins.
-- @return table|nil as get, with belongings= (see store.users) and own=boolean
-- @return table|nil err not_found
function Users:overview(actor, id)
  local user, err = self:get(actor, id)
  if not user then return nil, err end
  user.belongings, user.own = self.ports.store.users:belongings(id, NAMED), id == actor.id
  return user
end

-- A password nobody chose: shown once, changed at the first login.
local function one_time(self)
  return rules.one_time_password(self.ports.crypto.random(16))
end

--- Create a user. May block (argon2id).
-- @param args {username=, password=|nil one to be used once is made up, admin=boolean|nil}
-- @return table|nil user, with one_time_password when that was made up: it is never to be seen again
-- @return table|nil err name_taken
function Users:create(actor, args)
  local once = not args.password and one_time(self) or nil
  local digest = assert(self.ports.crypto.password_hash(args.password or once))
  return unit.act(self.ports, actor, function(act)
    local id = self.ports.store.users:create { username = args.username, password_digest = digest, once = once ~= nil,
      admin = args.admin or false, at = act.now }
    if not id then return nil, M.errors.name_taken { fields = { username = validate.problems.taken() } } end
    act:audit("user.create", "user:" .. id, args.username .. (args.admin and ", admin" or ""))
    local user = self.ports.store.users:get(id)
    user.one_time_password = once
    return user
  end)
end

-- Everything a user was allowed to do a moment ago ends: browser sessions at once, streams by the bell.
local function shut_out(self, act, id)
  self.ports.store.sessions:remove_of(id)
  act:ring("user:" .. id)
end

-- A password is set by someone else when it was lost or stolen: whoever had it may have made tokens with it, too.
local function set_password(self, act, id, digest, once, action)
  local by_other = id ~= act.actor.id
  self.ports.store.users:set_password(id, digest, once, act.now)
  if by_other then self.ports.store.tokens:remove_of(id) end
  shut_out(self, act, id)
  act:audit(action, "user:" .. id, by_other and "tokens ended" or nil)
  return true
end

local function change(self, actor, id, fn)
  return unit.act(self.ports, actor, function(act)
    local user = id and self.ports.store.users:get(id)
    if not user then return nil, M.errors.not_found() end
    local ok, err = fn(act, user)
    if not ok then return nil, err end
    return self.ports.store.users:get(id)
  end)
end

-- Why a user must stay an active admin: nobody else is one, or they would lock themselves out.
local function indispensable(self, actor, user)
  local only = user.admin and user.active and not self.ports.store.users:other_admin(user.id)
  if only then return M.errors.last_admin() end
  return user.id == actor.id and M.errors.yourself() or nil
end

--- Make a user an admin, or no longer one; their sessions end when that changes something.
-- @param args {admin=boolean}
-- @return table|nil user
-- @return table|nil err not_found, last_admin, yourself
function Users:update(actor, id, args)
  return change(self, actor, id, function(act, user)
    if user.admin == args.admin then return true end
    local err = indispensable(self, actor, user)
    if err then return nil, err end
    self.ports.store.users:set_admin(id, args.admin, act.now)
    shut_out(self, act, id)
    act:audit("user.update", "user:" .. id, args.admin and "admin" or "no admin")
    return true
  end)
end

--- Let a user log in, or no longer.
-- @return table|nil user
-- @return table|nil err not_found, last_admin, yourself
function Users:set_active(actor, id, active)
  return change(self, actor, id, function(act, user)
    if user.active == active then return true end
    local err = indispensable(self, actor, user)
    if err then return nil, err end
    self.ports.store.users:set_active(id, active, act.now)
    if not active then shut_out(self, act, id) end
    act:audit(active and "user.activate" or "user.deactivate", "user:" .. id)
    return true
  end)
end

--- Delete a user who has nothing any more; what they did stays in the history.
-- @return table|nil the user that was
-- @return table|nil err not_found, last_admin, yourself, owns
function Users:delete(actor, id)
  return unit.act(self.ports, actor, function(act)
    local store = self.ports.store.users
    local user = store:get(id)
    if not user then return nil, M.errors.not_found() end
    local err = indispensable(self, actor, user)
    if err then return nil, err end
    local has = store:belongings(id, 0)
    if has.servers.total + has.blueprints.total + has.overlays.total > 0 then
      return nil, M.errors.owns { params = { servers = has.servers.total, blueprints = has.blueprints.total,
        overlays = has.overlays.total } }
    end
    store:remove(id)
    act:audit("user.delete", "user:" .. id, user.username)
    act:ring("user:" .. id)
    return user
  end)
end

--- Choose the language of one's own pages.
-- @param language string "" (as the browser says), "en" or "de"
-- @return table|nil user
-- @return table|nil err not_found: the console has no pages
function Users:set_language(actor, language)
  return change(self, actor, actor.id, function(act)
    self.ports.store.users:set_language(actor.id, language, act.now)
    act:audit("user.set_language", "user:" .. actor.id, language)
    return true
  end)
end

-- In the browser and the API people prove that they know their own password before they change it.
local function may_set_password(self, actor, user, current)
  if not access.may_change(actor, { user_id = user.id }) then return nil, M.errors.not_found() end
  if user.id ~= actor.id or actor.door == "cli" or actor.door == "console" then return true end
  local ok, err = auth.attempt(self.ports, user.username)
  if not ok then return nil, err end
  local known = self.ports.store.users:credentials(user.username)
  if self.ports.crypto.password_verify(known.password_digest, current or "") then return true end
  return nil, M.errors.wrong_current { fields = { current = rules.problems.wrong_password() } }
end

-- A password that must be changed is not changed by giving it again.
local function is_same(user, args)
  return user.must_change_password and args.password == args.current
end

--- Change a password; all sessions of the user end, this one too. When it is someone else's, their tokens end as well.
-- May block (argon2id).
-- @param args {password=, current=|nil}
-- @return table|nil user
-- @return table|nil err not_found, wrong_current, auth.too_many, common.invalid
function Users:passwd(actor, id, args)
  local user = id and self.ports.store.users:get(id)
  if not user then return nil, M.errors.not_found() end
  local ok, err = may_set_password(self, actor, user, args.current)
  if not ok then return nil, err end
  if is_same(user, args) then
    return nil, errors.common.invalid { fields = { password = rules.problems.same_password() } }
  end
  local digest = assert(self.ports.crypto.password_hash(args.password))
  return change(self, actor, id, function(act)
    return set_password(self, act, id, digest, false, "user.passwd")
  end)
end

--- Give a user a new password to be used once; their sessions and tokens end. May block (argon2id).
-- @return table|nil user, with one_time_password: it is never to be seen again
-- @return table|nil err not_found, yourself
function Users:reset_password(actor, id)
  if id == actor.id then return nil, M.errors.yourself() end
  local once = one_time(self)
  local digest = assert(self.ports.crypto.password_hash(once))
  local user, err = change(self, actor, id, function(act)
    return set_password(self, act, id, digest, true, "user.reset_password")
  end)
  if not user then return nil, err end
  user.one_time_password = once
  return user
end

--- @param ports table {db, store, clock, hub, crypto}
function M.new(ports)
  return setmetatable({ ports = ports }, Users)
end

return M
