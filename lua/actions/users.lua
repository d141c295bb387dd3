-- Actions on users.
local fields = require "actions.fields"
local user = require "domain.user"

local ID = fields.id("user")

local function service(ctx)
  return ctx.services.users
end

return {
  {
    name = "user.list", object = "user", permission = "admin", status = 200,
    summary = "List users", args = { fields.LIMIT, fields.AFTER },
    run = function(ctx, args) return service(ctx):list(ctx.actor, args) end,
  },
  {
    name = "user.get", object = "user", permission = "admin", status = 200,
    summary = "Show a user and what they have", args = { ID },
    run = function(ctx, args) return service(ctx):overview(ctx.actor, args.id) end,
  },
  {
    name = "user.create", object = "user", permission = "admin", status = 201,
    summary = "Create a user; without a password they get one to be used once",
    args = {
      fields.required(user.USERNAME), user.PASSWORD,
      { name = "admin", type = "boolean", help = "Whether they are an admin" },
    },
    run = function(ctx, args) return service(ctx):create(ctx.actor, args) end,
  },
  {
    name = "user.update", object = "user", permission = "admin", status = 200,
    summary = "Make a user an admin, or no longer one; ends their sessions",
    args = { ID, { name = "admin", type = "boolean", required = true, help = "Whether they are an admin" } },
    run = function(ctx, args) return service(ctx):update(ctx.actor, args.id, fields.without_id(args)) end,
  },
  {
    name = "user.passwd", object = "user", permission = "user", status = 200,
    summary = "Change a password; ends all sessions of that user, and their tokens if it is not you",
    args = {
      { name = "id", type = "id", help = "The user; you unless told otherwise" },
      fields.required(user.PASSWORD),
      { name = "current", type = "string", secret = true, help = "Your current password, for your own" },
    },
    run = function(ctx, args) return service(ctx):passwd(ctx.actor, args.id or ctx.actor.id, args) end,
  },
  {
    name = "user.reset_password", object = "user", permission = "admin", status = 200,
    summary = "Give a user a new password to be used once; ends their sessions and tokens", args = { ID },
    run = function(ctx, args) return service(ctx):reset_password(ctx.actor, args.id) end,
  },
  {
    name = "user.delete", object = "user", permission = "admin", status = 200,
    summary = "Delete a user who has no servers, blueprints and overlays", args = { ID },
    run = function(ctx, args) return service(ctx):delete(ctx.actor, args.id) end,
  },
  {
    name = "user.set_language", object = "user", permission = "user", status = 200,
    summary = "Choose the language of your pages", args = { fields.required(user.LANGUAGE) },
    run = function(ctx, args) return service(ctx):set_language(ctx.actor, args.language) end,
  },
  {
    name = "user.activate", object = "user", permission = "admin", status = 200,
    summary = "Let a user log in again", args = { ID },
    run = function(ctx, args) return service(ctx):set_active(ctx.actor, args.id, true) end,
  },
  {
    name = "user.deactivate", object = "user", permission = "admin", status = 200,
    summary = "Shut a user out; ends their sessions and tokens", args = { ID },
    run = function(ctx, args) return service(ctx):set_active(ctx.actor, args.id, false) end,
  },
}
