-- Admin pages of the host: the game's installation.
local form = require "web.pages.form"
local job_rules = require "domain.job"
local response = require "web.response"

local function show(app, ctx, err)
  local installation = form.need(ctx, "installation.details", {})
  local job = installation.job
  return app.view:page(ctx, "admin", {
    title = app.view:word(ctx, "admin.game"), topics = "jobs", error = err, installation = installation, job = job,
    busy = job and not job_rules.final(job.state), log = job and ("/jobs/%d/log"):format(job.id),
    root = app.config.root, place = "/admin",
  }, err and err.status)
end

local function install(app, ctx)
  local job, err = form.call(ctx, "installation.install")
  if not job then return show(app, ctx, err) end
  return response.redirect("/admin#output")
end

return {
  { method = "GET", path = "/admin", access = "admin", action = "installation.details", summary = "The game",
    handle = function(app, ctx) return show(app, ctx) end },
  { method = "POST", path = "/admin/install", access = "admin", action = "installation.install",
    summary = "Install or update the game", handle = install },
}
