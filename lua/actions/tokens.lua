-- Actions on API tokens.
local fields = require "actions.fields"

local function service(ctx)
  return ctx.services.tokens
end

return {
  {
    name = "token.create", object = "token", permission = "user", status = 201,
    summary = "Make an API token that acts as you; it is shown once",
    args = { { name = "name", type = "string", trim = true, visible = true, max = 100, help = "What it is for" } },
    run = function(ctx, args)
      local token, secret = service(ctx):create(ctx.actor, args)
      if not token then return nil, secret end
      return { id = token.id, name = token.name, created_at = token.created_at, token = secret }
    end,
  },
  {
    name = "token.list", object = "token", permission = "user", status = 200,
    summary = "List your API tokens", args = { fields.LIMIT, fields.AFTER },
    run = function(ctx, args) return service(ctx):list(ctx.actor, args) end,
  },
  {
    name = "token.revoke", object = "token", permission = "owner", status = 200,
    summary = "Revoke an API token", args = { fields.id("token") },
    run = function(ctx, args) return service(ctx):revoke(ctx.actor, args.id) end,
  },
}
