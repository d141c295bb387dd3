-- Actions on blueprints.
local blueprint = require "domain.blueprint"
local fields = require "actions.fields"

local ID = fields.id("blueprint")

local function service(ctx)
  return ctx.services.blueprints
end

return {
  {
    name = "blueprint.list", object = "blueprint", permission = "user", status = 200,
    summary = "List your blueprints", args = { fields.LIMIT, fields.AFTER },
    run = function(ctx, args) return service(ctx):list(ctx.actor, args) end,
  },
  {
    name = "blueprint.get", object = "blueprint", permission = "owner", status = 200,
    summary = "Show a blueprint", args = { ID },
    run = function(ctx, args) return service(ctx):get(ctx.actor, args.id) end,
  },
  {
    name = "blueprint.create", object = "blueprint", permission = "user", status = 201,
    summary = "Create a blueprint",
    args = { fields.required(blueprint.NAME), blueprint.OVERLAYS, blueprint.ARGUMENTS, blueprint.CONFIG },
    run = function(ctx, args) return service(ctx):create(ctx.actor, args) end,
  },
  {
    name = "blueprint.update", object = "blueprint", permission = "owner", status = 200,
    summary = "Change a blueprint; its servers follow at their next start",
    args = { ID, blueprint.NAME, blueprint.OVERLAYS, blueprint.ARGUMENTS, blueprint.CONFIG },
    run = function(ctx, args)
      return service(ctx):update(ctx.actor, args.id, fields.without_id(args), ctx.accepted)
    end,
  },
  {
    name = "blueprint.delete", object = "blueprint", permission = "owner", status = 200,
    summary = "Delete a blueprint that no server uses", args = { ID },
    run = function(ctx, args) return service(ctx):delete(ctx.actor, args.id) end,
  },
  {
    name = "blueprint.preview", object = "blueprint", permission = "owner", status = 200,
    summary = "Show the server.cfg a blueprint gives its servers", args = { ID },
    run = function(ctx, args) return service(ctx):preview(ctx.actor, args.id) end,
  },
  {
    name = "blueprint.draft", object = "blueprint", permission = "owner", status = 200,
    summary = "Show the server.cfg a blueprint would give if it were changed so; nothing is saved",
    args = {
      ID, blueprint.NAME, blueprint.OVERLAYS, blueprint.ARGUMENTS, blueprint.CONFIG,
      { name = "server_id", type = "id", help = "The server whose hostname is shown; the first unless told otherwise" },
    },
    run = function(ctx, args) return service(ctx):preview(ctx.actor, args.id, fields.without_id(args)) end,
  },
  {
    name = "blueprint.duplicate", object = "blueprint", permission = "owner", status = 201,
    summary = "Copy a blueprint", args = { ID, blueprint.COPY },
    run = function(ctx, args) return service(ctx):duplicate(ctx.actor, args.id, args.word) end,
  },
}
