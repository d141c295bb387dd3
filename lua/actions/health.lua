-- Actions on the health of the host.
return {
  {
    name = "health.get", object = "health", permission = "admin", status = 200,
    summary = "Show how the host is: its last check, disk, memory, versions", args = {},
    run = function(ctx) return ctx.services.health:overview() end,
  },
  {
    name = "health.check", object = "health", permission = "admin", status = 202,
    summary = "Check the host anew", args = {},
    run = function(ctx) return ctx.services.health:ask(ctx.actor) end,
  },
}
