-- Admin pages: users, and installing the game.
local form = require "web.pages.form"
local response = require "web.response"

local function show_users(app, ctx, err)
  return app.view:page(ctx, "users", { title = "Users", users = form.read(ctx, "user.list", { limit = 200 }),
    error = err, form = ctx.form or {} }, err and err.status)
end

local function users(action)
  return function(app, ctx)
    local user, err = form.call(ctx, action)
    if not user then return show_users(app, ctx, err) end
    return response.redirect("/admin/users?notice=saved")
  end
end

return {
  { method = "GET", path = "/admin/users", access = "admin", action = "user.list", summary = "Users",
    handle = function(app, ctx) return show_users(app, ctx) end },
  { method = "POST", path = "/admin/users", access = "admin", action = "user.create", summary = "Create a user",
    handle = users("user.create") },
  { method = "POST", path = "/admin/users/:id/admin", access = "admin", action = "user.update",
    summary = "Make an admin, or no longer", handle = users("user.update") },
  { method = "POST", path = "/admin/users/:id/activate", access = "admin", action = "user.activate",
    summary = "Activate a user", handle = users("user.activate") },
  { method = "POST", path = "/admin/users/:id/deactivate", access = "admin", action = "user.deactivate",
    summary = "Deactivate a user", handle = users("user.deactivate") },
  { method = "POST", path = "/admin/install", access = "admin", action = "installation.install",
    summary = "Install or update the game", handle = form.then_go("installation.install", function(_, job)
      return "/jobs/" .. job.id
    end) },
}
