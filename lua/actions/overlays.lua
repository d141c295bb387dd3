-- Actions on overlays.
local fields = require "actions.fields"

local ID = fields.id("overlay")
local NAME = {
  name = "name", type = "string", trim = true, visible = true, min = 1, max = 100, help = "What you call the overlay",
}
local SCRIPT = {
  name = "script", type = "text", max = 262144,
  help = "The bash script that fills the overlay's directory, run with that directory as /overlay",
}

local function service(ctx)
  return ctx.services.overlays
end

return {
  {
    name = "overlay.list", object = "overlay", permission = "user", status = 200,
    summary = "List the overlays you can use", args = { fields.LIMIT, fields.AFTER },
    run = function(ctx, args) return service(ctx):list(ctx.actor, args) end,
  },
  {
    name = "overlay.get", object = "overlay", permission = "user", status = 200,
    summary = "Show an overlay", args = { ID },
    run = function(ctx, args) return service(ctx):get(ctx.actor, args.id) end,
  },
  {
    name = "overlay.create", object = "overlay", permission = "user", status = 201,
    summary = "Create an overlay; a script is built at once",
    args = {
      fields.required(NAME),
      { name = "type", type = "string", one_of = { "script" }, help = "What fills it (script)" },
      SCRIPT,
      { name = "system_wide", type = "boolean", help = "For everyone; admins only" },
    },
    run = function(ctx, args) return service(ctx):create(ctx.actor, args) end,
  },
  {
    name = "overlay.update", object = "overlay", permission = "owner", status = 200,
    summary = "Rename an overlay", args = { ID, NAME },
    run = function(ctx, args) return service(ctx):update(ctx.actor, args.id, fields.without_id(args)) end,
  },
  {
    name = "overlay.delete", object = "overlay", permission = "owner", status = 200,
    summary = "Delete an overlay and its files", args = { ID },
    run = function(ctx, args) return service(ctx):delete(ctx.actor, args.id) end,
  },
  {
    name = "overlay.save_script", object = "overlay", permission = "owner", status = 202,
    summary = "Save an overlay's script and build it", args = { ID, fields.required(SCRIPT) },
    run = function(ctx, args) return service(ctx):save_script(ctx.actor, args.id, args.script, ctx.accepted) end,
  },
  {
    name = "overlay.build", object = "overlay", permission = "owner", status = 202,
    summary = "Build an overlay", args = { ID },
    run = function(ctx, args) return service(ctx):build(ctx.actor, args.id) end,
  },
  {
    name = "overlay.wipe", object = "overlay", permission = "owner", status = 200,
    summary = "Remove all files of an overlay; the script stays", args = { ID },
    run = function(ctx, args) return service(ctx):wipe(ctx.actor, args.id) end,
  },
  {
    name = "overlay.rebuild", object = "overlay", permission = "owner", status = 202,
    summary = "Remove all files of an overlay, then build it", args = { ID },
    run = function(ctx, args) return service(ctx):rebuild(ctx.actor, args.id) end,
  },
}
