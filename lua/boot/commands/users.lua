-- `left4me user …`: accounts, from the machine itself.
local context = require "boot.commands.context"

local NAME = { name = "NAME", help = "The user's name" }

local function random_password()
  local crypto = require "host.crypto"
  return crypto.base64url(crypto.random(15))
end

local function create(values)
  local password, err
  if values.random_password then
    password = random_password()
  else
    password, err = context.new_password()
    if not password then return nil, err end
  end
  return context.with_services(values, function(services)
    local user, problem = context.call(services, "user.create",
      { username = values.name, password = password, admin = values.admin or false })
    if not user then return nil, problem end
    context.say("Created the %s %s.", user.admin and "admin" or "user", user.username)
    if values.random_password then context.say("Password (shown only now): %s", password) end
    return 0
  end)
end

local function list(values)
  return context.with_services(values, function(services)
    local rows = {}
    for _, user in ipairs(context.all(function(page) return services.users:list(context.ACTOR, page) end)) do
      rows[#rows + 1] = { user.id, user.username, user.admin and "admin" or "user",
        user.active and "active" or "deactivated", context.time(user.created_at) }
    end
    context.columns({ "ID", "NAME", "ROLE", "STATE", "CREATED" }, rows)
    return 0
  end)
end

-- Look the user up by name, call the action, say what was done.
local function on_user(action, done, more)
  return function(values)
    local password, err
    if more then
      password, err = more()
      if not password then return nil, err end
    end
    return context.with_services(values, function(services)
      local user, problem = services.users:named(values.name)
      if not user then return nil, problem end
      user, problem = context.call(services, action, { id = user.id, password = password })
      if not user then return nil, problem end
      context.say(done, user.username)
      return 0
    end)
  end
end

return {
  {
    name = "user create", summary = "Create a user", args = { NAME },
    options = {
      { name = "admin", help = "Make them an admin" },
      { name = "random-password", help = "Make up a password and print it once" },
    },
    run = create,
  },
  { name = "user list", summary = "List users", run = list },
  {
    name = "user passwd", summary = "Set a user's password; end their sessions and tokens", args = { NAME },
    run = on_user("user.passwd", "The password of %s is changed; their sessions and tokens are ended.",
      context.new_password),
  },
  {
    name = "user activate", summary = "Let a user log in again", args = { NAME },
    run = on_user("user.activate", "%s can log in."),
  },
  {
    name = "user deactivate", summary = "Shut a user out and end their sessions", args = { NAME },
    run = on_user("user.deactivate", "%s is shut out."),
  },
}
