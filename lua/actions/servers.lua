-- Actions on servers.
local fields = require "actions.fields"
local server = require "domain.server"

local ID = fields.id("server")
local BLUEPRINT = { name = "blueprint_id", type = "id", help = "The blueprint it follows" }

local function service(ctx)
  return ctx.services.servers
end

local function operation(name, summary)
  return {
    name = "server." .. name, object = "server", permission = "owner", status = 202, summary = summary,
    args = { ID },
    run = function(ctx, args) return service(ctx):enqueue(ctx.actor, args.id, name) end,
  }
end

return {
  {
    name = "server.list", object = "server", permission = "user", status = 200,
    summary = "List your servers", args = { fields.LIMIT, fields.AFTER },
    run = function(ctx, args) return service(ctx):list(ctx.actor, args) end,
  },
  {
    name = "server.get", object = "server", permission = "owner", status = 200,
    summary = "Show a server", args = { ID },
    run = function(ctx, args) return service(ctx):get(ctx.actor, args.id) end,
  },
  {
    name = "server.create", object = "server", permission = "user", status = 201,
    summary = "Create a server",
    args = { fields.required(server.NAME), fields.required(BLUEPRINT), server.PORT, server.HOSTNAME },
    run = function(ctx, args) return service(ctx):create(ctx.actor, args) end,
  },
  {
    name = "server.update", object = "server", permission = "owner", status = 200,
    summary = "Change a server; it follows at its next start",
    args = { ID, server.NAME, BLUEPRINT, server.PORT, server.HOSTNAME },
    run = function(ctx, args) return service(ctx):update(ctx.actor, args.id, fields.without_id(args)) end,
  },
  {
    name = "server.rename", object = "server", permission = "owner", status = 200,
    summary = "Rename a server", args = { ID, fields.required(server.NAME) },
    run = function(ctx, args) return service(ctx):update(ctx.actor, args.id, fields.without_id(args)) end,
  },
  {
    name = "server.delete", object = "server", permission = "owner", status = 202,
    summary = "Stop a server and delete it with its files", args = { ID },
    run = function(ctx, args) return service(ctx):delete(ctx.actor, args.id) end,
  },
  operation("start", "Start the server"),
  operation("stop", "Stop the server"),
  {
    name = "server.restart", object = "server", permission = "owner", status = 202,
    summary = "Stop the server and start it again", args = { ID },
    run = function(ctx, args) return service(ctx):restart(ctx.actor, args.id) end,
  },
  {
    name = "server.rotate_rcon_password", object = "server", permission = "owner", status = 200,
    summary = "Give the server a new RCON password; it follows at its next start", args = { ID },
    run = function(ctx, args) return service(ctx):rotate_rcon_password(ctx.actor, args.id) end,
  },
  operation("reset", "Stop the server and remove what it wrote"),
  operation("initialize", "Write the server's files anew without starting it"),
}
