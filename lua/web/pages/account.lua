-- The profile: sessions, API tokens, language, password.
local form = require "web.pages.form"
local response = require "web.response"

local function before(ctx)
  local text = ctx.request.query.before or ""
  return text:find("^%d+$") and #text < 16 and math.tointeger(tonumber(text)) or nil
end

local function name_of(app, ctx, session)
  local browser, system = session.browser, session.system
  if browser == "" and system == "" then return app.view:word(ctx, "account.unknown_browser") end
  if browser == "" or system == "" then return browser .. system end
  return app.view:word(ctx, "account.browser_on", "browser", browser, "system", system)
end

local function show(app, ctx, more)
  local sessions = form.need(ctx, "session.list", { before = before(ctx) })
  for _, session in ipairs(sessions) do session.name = name_of(app, ctx, session) end
  local data = {
    title = app.view:word(ctx, "account.profile"), tokens = form.need(ctx, "token.list", form.page(ctx)),
    sessions = sessions, others = #sessions > 1 or before(ctx) ~= nil,
  }
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

local function show_password(app, ctx, err)
  if not ctx.actor.must_change_password then return response.redirect("/profile") end
  return app.view:page(ctx, "password", { title = app.view:word(ctx, "account.choose_password"), error = err },
    err and err.status)
end

local function change_password(app, ctx)
  local user, err = form.call(ctx, "user.passwd", { id = ctx.actor.id })
  if not user and ctx.actor.must_change_password then return show_password(app, ctx, err) end
  if not user then return show(app, ctx, { error = err }) end
  return response.redirect("/login?notice=password", 303, { app:session_cookie("") })
end

local function end_session(app, ctx)
  local session, err = form.call(ctx, "session.finish")
  if not session then return show(app, ctx, { error = err }) end
  return response.redirect("/profile?notice=session_ended")
end

local function end_others(app, ctx)
  local ended, err = form.call(ctx, "session.end_others")
  if not ended then return show(app, ctx, { error = err }) end
  return response.redirect("/profile?notice=sessions_ended")
end

local function choose_language(app, ctx)
  local user, err = form.call(ctx, "user.set_language")
  if not user then return show(app, ctx, { error = err }) end
  return response.redirect("/profile?notice=saved")
end

return {
  { method = "GET", path = "/profile", access = "user", action = "token.list", kept = true, summary = "Profile",
    handle = function(app, ctx) return show(app, ctx) end },
  { method = "POST", path = "/profile/sessions/end-others", access = "user", action = "session.end_others",
    summary = "End the other sessions", handle = end_others },
  { method = "POST", path = "/profile/sessions/:id/end", access = "user", action = "session.finish",
    summary = "End the session", handle = end_session },
  { method = "GET", path = "/password", access = "user", before_password = true,
    summary = "Choose a password instead of one to be used once",
    handle = function(app, ctx) return show_password(app, ctx) end },
  { method = "POST", path = "/profile/password", access = "user", before_password = true, action = "user.passwd",
    summary = "Change the password", handle = change_password },
  { method = "POST", path = "/profile/language", access = "user", action = "user.set_language",
    summary = "Choose the language", handle = choose_language },
  { method = "POST", path = "/profile/tokens", access = "user", action = "token.create", summary = "Make an API token",
    handle = create_token },
  { method = "POST", path = "/profile/tokens/:id/revoke", access = "user", action = "token.revoke",
    summary = "Revoke the token", handle = revoke_token, question = form.question "token.revoke", back = "/profile" },
}
