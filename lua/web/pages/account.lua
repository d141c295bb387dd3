-- The profile: password and API tokens.
local form = require "web.pages.form"
local response = require "web.response"

local function show(app, ctx, more)
  local data = { title = "Profile", tokens = form.need(ctx, "token.list", form.page(ctx)) }
  for key, value in pairs(more or {}) do data[key] = value end
  return app.view:page(ctx, "profile", data, data.error and data.error.status)
end

local function create_token(app, ctx)
  local token, err = form.call(ctx, "token.create")
  if not token then return show(app, ctx, { error = err, name = ctx.form.name }) end
  return show(app, ctx, { secret = token.token })
end

local function revoke_token(app, ctx)
  local token, err = form.call(ctx, "token.revoke")
  if not token then return show(app, ctx, { error = err }) end
  return response.redirect("/profile?notice=revoked")
end

local function change_password(app, ctx)
  local user, err = form.call(ctx, "user.passwd", { id = ctx.actor.id })
  if not user then return show(app, ctx, { error = err }) end
  return response.redirect("/login?notice=password", 303, { app:session_cookie("") })
end

local function choose_language(app, ctx)
  local user, err = form.call(ctx, "user.set_language")
  if not user then return show(app, ctx, { error = err }) end
  return response.redirect("/profile?notice=saved")
end

return {
  { method = "GET", path = "/profile", access = "user", action = "token.list", kept = true, summary = "Profile",
    handle = function(app, ctx) return show(app, ctx) end },
  { method = "POST", path = "/profile/password", access = "user", action = "user.passwd",
    summary = "Change the password", handle = change_password },
  { method = "POST", path = "/profile/language", access = "user", action = "user.set_language",
    summary = "Choose the language", handle = choose_language },
  { method = "POST", path = "/profile/tokens", access = "user", action = "token.create", summary = "Make an API token",
    handle = create_token },
  { method = "POST", path = "/profile/tokens/:id/revoke", access = "user", action = "token.revoke",
    summary = "Revoke the token", handle = revoke_token, question = form.question "token.revoke", back = "/profile" },
}
