-- Actions on the game's installation.
return {
  {
    name = "installation.get", object = "installation", permission = "user", status = 200,
    summary = "Show whether the game is installed", args = {},
    run = function(ctx) return ctx.services.installation:status() end,
  },
  {
    name = "installation.details", object = "installation", permission = "admin", status = 200,
    summary = "Show which version of the game is installed, and its newest installation", args = {},
    run = function(ctx) return ctx.services.installation:details(ctx.actor) end,
  },
  {
    name = "installation.install", object = "installation", permission = "admin", status = 202,
    summary = "Install or update the game", args = {},
    run = function(ctx) return ctx.services.installation:install(ctx.actor) end,
  },
}
