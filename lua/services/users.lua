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
  wrong_current = { status = 422, exit = 2, text = "That is not your current password." },
})

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
-- @return table|nil {id, username, admin, active, password_changed_at, created_at, updated_at}
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

--- Create a user. May block (argon2id).
-- @param args {username=, password=, admin=boolean|nil}
-- @return table|nil user
-- @return table|nil err name_taken
function Users:create(actor, args)
  local digest = assert(self.ports.crypto.password_hash(args.password))
  return unit.act(self.ports, actor, function(act)
    local id = self.ports.store.users:create {
      username = args.username, password_digest = digest, admin = args.admin or false, at = act.now,
    }
    if not id then return nil, M.errors.name_taken { fields = { username = validate.problems.taken() } } end
    act:audit("user.create", "user:" .. id, args.username .. (args.admin and ", admin" or ""))
    return self.ports.store.users:get(id)
  end)
end

-- Everything a user was allowed to do a moment ago ends: browser sessions at once, streams by the bell.
local function shut_out(self, act, id)
  self.ports.store.sessions:remove_of(id)
  act:ring("user:" .. id)
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

local function is_last_admin(self, user)
  return user.admin and user.active and not self.ports.store.users:other_admin(user.id)
end

--- Make a user an admin, or no longer one; their sessions end when that changes something.
-- @param args {admin=boolean}
-- @return table|nil user
-- @return table|nil err not_found, last_admin
function Users:update(actor, id, args)
  return change(self, actor, id, function(act, user)
    if user.admin == args.admin then return true end
    if is_last_admin(self, user) then return nil, M.errors.last_admin() end
    self.ports.store.users:set_admin(id, args.admin, act.now)
    shut_out(self, act, id)
    act:audit("user.update", "user:" .. id, args.admin and "admin" or "no admin")
    return true
  end)
end

--- Let a user log in, or no longer.
-- @return table|nil user
-- @return table|nil err not_found, last_admin
function Users:set_active(actor, id, active)
  return change(self, actor, id, function(act, user)
    if user.active == active then return true end
    if is_last_admin(self, user) then return nil, M.errors.last_admin() end
    self.ports.store.users:set_active(id, active, act.now)
    if not active then shut_out(self, act, id) end
    act:audit(active and "user.activate" or "user.deactivate", "user:" .. id)
    return true
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

--- Change a password; all sessions of the user end, this one too. May block (argon2id).
-- @param args {password=, current=|nil}
-- @return table|nil user
-- @return table|nil err not_found, wrong_current, auth.too_many
function Users:passwd(actor, id, args)
  local user = id and self.ports.store.users:get(id)
  if not user then return nil, M.errors.not_found() end
  local ok, err = may_set_password(self, actor, user, args.current)
  if not ok then return nil, err end
  local digest = assert(self.ports.crypto.password_hash(args.password))
  return change(self, actor, id, function(act)
    self.ports.store.users:set_password(id, digest, act.now)
    shut_out(self, act, id)
    act:audit("user.passwd", "user:" .. id)
    return true
  end)
end

--- @param ports table {db, store, clock, hub, crypto}
function M.new(ports)
  return setmetatable({ ports = ports }, Users)
end

return M
