-- Logging in and out, and the health check.
local response = require "web.response"

-- Where to go after the login: a page of ours.
local function target(wanted)
  return response.is_local(wanted) and wanted or "/"
end

local function show(app, ctx, err)
  local wanted = ctx.request.query.next or ctx.form and ctx.form.next
  return app.view:page(ctx, "login", {
    title = app.view:word(ctx, "layout.log_in"), next = response.is_local(wanted) and wanted or nil, error = err,
    username = ctx.form and ctx.form.username,
  }, err and err.status)
end

local function log_in(app, ctx)
  local form = ctx.form
  local user, session = ctx.services.auth:login(form.username or "", form.password or "", ctx.request.remote,
    ctx.request.headers["user-agent"])
  if not user then
    ctx.headers = ctx.headers or {}
    for name, value in pairs(session.headers or {}) do table.insert(ctx.headers, { name, value }) end
    return show(app, ctx, session)
  end
  if ctx.session then ctx.services.auth:logout(ctx.session.id) end
  return response.redirect(target(form.next), 303, { app:session_cookie(session.id) })
end

local function log_out(app, ctx)
  ctx.services.auth:logout(ctx.session.id)
  return response.redirect("/login?notice=logged_out", 303, { app:session_cookie("") })
end

return {
  { method = "GET", path = "/login", access = "anonymous", login = true, summary = "The login form",
    handle = function(app, ctx)
      if ctx.actor then return response.redirect(target(ctx.request.query.next)) end
      return show(app, ctx)
    end },
  { method = "POST", path = "/login", access = "anonymous", login = true, summary = "Log in", handle = log_in },
  { method = "POST", path = "/logout", access = "user", before_password = true, summary = "Log out",
    handle = log_out },
  { method = "GET", path = "/health", access = "anonymous", summary = "Whether the service answers",
    handle = function() return response.text(200, "ok\n") end },
}
