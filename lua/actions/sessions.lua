-- Actions on one's own browser sessions.
local fields = require "actions.fields"

local function service(ctx)
  return ctx.services.sessions
end

return {
  {
    name = "session.list", object = "session", permission = "user", status = 200,
    summary = "List where you are logged in, the newest first",
    args = { fields.LIMIT, { name = "before", type = "id", help = "Go on before this id" } },
    run = function(ctx, args) return service(ctx):list(ctx.actor, args) end,
  },
  {
    name = "session.finish", object = "session", permission = "user", status = 200,
    summary = "End one of your sessions", args = { fields.id("session") },
    run = function(ctx, args) return service(ctx):finish(ctx.actor, args.id) end,
  },
  {
    name = "session.end_others", object = "session", permission = "user", status = 200,
    summary = "End all your sessions but this one", args = {},
    run = function(ctx) return service(ctx):end_others(ctx.actor) end,
  },
}
