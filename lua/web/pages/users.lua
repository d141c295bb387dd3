-- Admin pages of users: the list, one user with what they have and what an admin can do about them.
local form = require "web.pages.form"
local response = require "web.response"

local function show_list(app, ctx)
  return app.view:page(ctx, "users", { title = app.view:word(ctx, "users.title"), form = {},
    users = form.need(ctx, "user.list", form.page(ctx)) })
end

local function show_new(app, ctx, err)
  return app.view:page(ctx, "user_new", { title = app.view:word(ctx, "users.new"), form = ctx.form or {}, error = err },
    err and err.status)
end

-- changed: what the action answered, which may hold a password that is shown only now.
local function show(app, ctx, id, changed, err)
  local user, missing = form.read(ctx, "user.get", { id = id })
  if not user then return nil, missing end
  local has = user.belongings
  return app.view:page(ctx, "user", {
    title = user.username, user = user, has = has, secret = changed and changed.one_time_password, error = err,
    bare = has.servers.total + has.blueprints.total + has.overlays.total == 0,
  }, err and err.status)
end

local function create(app, ctx)
  local password = ctx.form.password
  local user, err = form.call(ctx, "user.create", { password = password ~= "" and password or nil })
  if not user then return show_new(app, ctx, err) end
  if user.one_time_password then return show(app, ctx, user.id, user) end
  return response.redirect(("/admin/users/%d?notice=created"):format(user.id))
end

local function change(action)
  return function(app, ctx)
    local user, err = form.call(ctx, action)
    if not user then return show(app, ctx, ctx.params.id, nil, err) end
    return response.redirect(("/admin/users/%d?notice=saved"):format(user.id))
  end
end

local function reset_password(app, ctx)
  local user, err = form.call(ctx, "user.reset_password")
  return show(app, ctx, ctx.params.id, user, err)
end

local function delete(app, ctx)
  local user, err = form.call(ctx, "user.delete")
  if not user then return show(app, ctx, ctx.params.id, nil, err) end
  return response.redirect("/admin/users?notice=deleted")
end

local ONE = "/admin/users/:id"

return {
  { method = "GET", path = "/admin/users", access = "admin", action = "user.list", kept = true, summary = "Users",
    handle = show_list },
  { method = "POST", path = "/admin/users", access = "admin", action = "user.create", parts = { password = true },
    summary = "Create a user", handle = create },
  { method = "GET", path = "/admin/users/new", access = "admin", summary = "The form of a new user",
    handle = function(app, ctx) return show_new(app, ctx) end },
  { method = "GET", path = ONE, access = "admin", action = "user.get", summary = "One user",
    handle = function(app, ctx) return show(app, ctx, ctx.params.id) end },
  { method = "POST", path = ONE .. "/admin", access = "admin", action = "user.update",
    summary = "Make an admin, or no longer", handle = change "user.update" },
  { method = "POST", path = ONE .. "/activate", access = "admin", action = "user.activate",
    summary = "Activate the user", handle = change "user.activate" },
  { method = "POST", path = ONE .. "/deactivate", access = "admin", action = "user.deactivate",
    summary = "Deactivate the user", handle = change "user.deactivate",
    question = form.question("user.deactivate", "user.get") },
  { method = "POST", path = ONE .. "/reset-password", access = "admin", action = "user.reset_password",
    summary = "Give the user a new password", handle = reset_password,
    question = form.question("user.reset_password", "user.get") },
  { method = "POST", path = ONE .. "/delete", access = "admin", action = "user.delete",
    summary = "Delete the user", handle = delete, question = form.question("user.delete", "user.get") },
}
