-- Admin pages: the host's installation, and users.
local form = require "web.pages.form"
local questions = require "web.questions"
local response = require "web.response"

local function show(app, ctx, err)
  return app.view:page(ctx, "admin", { title = "Administration", topics = "jobs", error = err,
    installation = ctx.services.installation:status(), root = app.config.root }, err and err.status)
end

local function install(app, ctx)
  local job, err = form.call(ctx, "installation.install")
  if not job then return show(app, ctx, err) end
  return response.redirect("/jobs/" .. job.id)
end

local function show_users(app, ctx, err, typed)
  return app.view:page(ctx, "users", { title = "Users", error = err, form = typed or {}, creating = typed ~= nil,
    users = form.need(ctx, "user.list", { limit = 50, after = form.page(ctx).after }) }, err and err.status)
end

local function create(app, ctx)
  local user, err = form.call(ctx, "user.create")
  if not user then return show_users(app, ctx, err, ctx.form) end
  return response.redirect("/admin/users?notice=created")
end

local function change(action)
  return function(app, ctx)
    local user, err = form.call(ctx, action)
    if not user then return show_users(app, ctx, err) end
    return response.redirect("/admin/users?notice=saved")
  end
end

local function ask_to_deactivate(ctx)
  local user, err = ctx.services.users:get(ctx.actor, ctx.params.id)
  if not user then return nil, err end
  return questions.of("user.deactivate", user.username)
end

return {
  { method = "GET", path = "/admin", access = "admin", summary = "Administration",
    handle = function(app, ctx) return show(app, ctx) end },
  { method = "POST", path = "/admin/install", access = "admin", action = "installation.install",
    summary = "Install or update the game", handle = install },
  { method = "GET", path = "/admin/users", access = "admin", action = "user.list", kept = true, summary = "Users",
    handle = function(app, ctx) return show_users(app, ctx) end },
  { method = "POST", path = "/admin/users", access = "admin", action = "user.create", summary = "Create a user",
    handle = create },
  { method = "POST", path = "/admin/users/:id/admin", access = "admin", action = "user.update",
    summary = "Make an admin, or no longer", handle = change "user.update" },
  { method = "POST", path = "/admin/users/:id/activate", access = "admin", action = "user.activate",
    summary = "Activate the user", handle = change "user.activate" },
  { method = "POST", path = "/admin/users/:id/deactivate", access = "admin", action = "user.deactivate",
    summary = "Deactivate the user", handle = change "user.deactivate", question = ask_to_deactivate,
    back = "/admin/users" },
}
