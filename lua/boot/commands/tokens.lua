-- `left4me token …`: API tokens, from the machine itself.
local context = require "boot.commands.context"

local function create(values)
  return context.with_services(values, function(services)
    local user, err = services.users:named(values.user)
    if not user then return nil, err end
    local actor = { id = user.id, username = user.username, admin = user.admin, door = "cli" }
    local token
    token, err = context.call(services, "token.create", { name = values.name }, actor)
    if not token then return nil, err end
    context.say("%s", token.token)
    return 0
  end)
end

local function list(values)
  return context.with_services(values, function(services)
    local rows = {}
    for _, token in ipairs(context.all(function(page) return services.tokens:list(context.ACTOR, page) end)) do
      rows[#rows + 1] = { token.id, token.username, token.name, context.time(token.created_at),
        context.time(token.last_used_at) }
    end
    context.columns({ "ID", "USER", "NAME", "CREATED", "LAST USED" }, rows)
    return 0
  end)
end

local function revoke(values)
  return context.with_services(values, function(services)
    local token, err = context.call(services, "token.revoke", { id = values.id })
    if not token then return nil, err end
    context.say("Token %d of %s is revoked.", token.id, token.username)
    return 0
  end)
end

return {
  {
    name = "token create", summary = "Make an API token and print it once",
    args = { { name = "USER", help = "The user it acts as" } },
    options = { { name = "name", value = "NAME", help = "What it is for" } },
    run = create,
  },
  { name = "token list", summary = "List API tokens", run = list },
  {
    name = "token revoke", summary = "Revoke an API token",
    args = { { name = "ID", type = "integer", min = 1, help = "As shown by token list" } },
    run = revoke,
  },
}
