-- Pages of servers: the list and the form of a new one.
local form = require "web.pages.form"
local response = require "web.response"
local text_rules = require "base.text"

-- A list as short as this needs no field to search it.
local SEEN_AT_ONCE <const> = 20
local MOST_SEARCHED <const> = 100

local function show_list(app, ctx)
  local options = form.page(ctx)
  local text = ctx.request.query.q or ""
  text = text:sub(1, (utf8.offset(text, MOST_SEARCHED + 1) or #text + 1) - 1)
  options.text = text ~= "" and text or nil
  local servers = ctx.services.servers:list(ctx.actor, options)
  return app.view:page(ctx, "servers", {
    title = app.view:word(ctx, "servers.title"), servers = servers, text = options.text,
    searchable = options.text or servers.next or #servers > SEEN_AT_ONCE or options.after > 0,
    blueprints = #servers == 0 and ctx.services.blueprints:choices(ctx.actor),
    installation = ctx.services.installation:status(),
    text_in_query = text_rules.percent(text), host = form.game_host(app, ctx), topics = "servers,jobs",
  })
end

local function show_new(app, ctx, err)
  return app.view:page(ctx, "server_new", {
    title = app.view:word(ctx, "servers.new"), form = ctx.form or ctx.request.query, error = err,
    blueprints = ctx.services.blueprints:choices(ctx.actor),
  }, err and err.status)
end

local function create(app, ctx)
  local server, err = form.call(ctx, "server.create")
  if not server then return show_new(app, ctx, err) end
  return response.redirect("/servers/" .. server.id .. "?notice=created")
end

return {
  { method = "GET", path = "/servers", access = "user", action = "server.list", kept = true, summary = "Servers",
    handle = show_list },
  { method = "GET", path = "/servers/new", access = "user", kept = true, summary = "The form of a new server",
    handle = function(app, ctx) return show_new(app, ctx) end },
  { method = "POST", path = "/servers", access = "user", action = "server.create", summary = "Create a server",
    handle = create },
}
