-- The first page: what runs, what is being done, and the three steps of a new owner.
local form = require "web.pages.form"

local function show(app, ctx)
  local servers = form.need(ctx, "server.list", { limit = 50 })
  local overlays = form.need(ctx, "overlay.list", { limit = 1 })
  local blueprints = form.need(ctx, "blueprint.list", { limit = 1 })
  return app.view:page(ctx, "dashboard", {
    title = "Overview", servers = servers, overlays = overlays, first_blueprint = blueprints[1],
    jobs = form.need(ctx, "job.list", { limit = 8 }), installation = ctx.services.installation:status(),
    new_here = #servers == 0, topics = "servers,jobs,overlays",
  })
end

return { { method = "GET", path = "/", access = "user", kept = true, summary = "Overview", handle = show } }
