-- The pages of one server: its log and jobs, its buttons, its settings, its RCON password.
local form = require "web.pages.form"
local frame = require "web.pages.server_frame"
local questions = require "web.questions"
local response = require "web.response"
local server_rules = require "domain.server"
local server_run = require "domain.server_run"

local JOBS_A_PAGE <const> = 25

local function log_address(ctx, server)
  local stream = ctx.services.servers:log_stream(ctx.actor, server.id)
  local run = stream and server_run.of(stream)
  return ("/servers/%d/log%s"):format(server.id, run and "?run=" .. run or "")
end

-- The fields of the settings: what was typed, else what is saved.
local function filled(server, typed)
  local out = {}
  for _, name in ipairs { "name", "blueprint_id", "port", "hostname" } do out[name] = typed[name] or server[name] end
  return out
end

-- typed: what the settings were left with when they could not be saved.
local function show(app, ctx, problem, typed)
  return frame.show(app, ctx, "log", function(server)
    local host = form.game_host(app, ctx)
    return {
      form = filled(server, typed or {}), editing = typed ~= nil, log = log_address(ctx, server),
      blueprints = ctx.services.blueprints:choices(ctx.actor, server.user_id), mine = server.user_id == ctx.actor.id,
      shown_name = server_rules.hostname(server), address = ("%s:%d"):format(host, server.port),
      unset_name = server_rules.hostname { hostname = "", name = server.name, owner = server.owner },
    }
  end, problem)
end

local function show_jobs(app, ctx)
  return frame.show(app, ctx, "jobs", function(server)
    return { jobs = ctx.services.jobs:list(ctx.actor,
      { server_id = server.id, limit = JOBS_A_PAGE, before = form.before(ctx) }), older = form.before(ctx) ~= nil }
  end)
end

local function operate(operation)
  return function(app, ctx)
    local job, err = form.call(ctx, "server." .. operation)
    if not job then return show(app, ctx, err) end
    if operation == "delete" then return response.redirect("/jobs/" .. job.id) end
    return response.redirect("/servers/" .. ctx.params.id)
  end
end

local function saved_by(action)
  return function(app, ctx)
    local server, err = form.call(ctx, action)
    if not server then return show(app, ctx, err, ctx.form) end
    return response.redirect(("/servers/%d?notice=saved"):format(server.id))
  end
end

local function rotate(_, ctx)
  local server, err = form.call(ctx, "server.rotate_rcon_password")
  if not server then return nil, err end
  return response.redirect(("/servers/%d?notice=rotated"):format(server.id))
end

local function show_password(app, ctx)
  local password, err = ctx.services.servers:rcon_password(ctx.actor, ctx.params.id)
  if not password then return nil, err end
  local server = form.need(ctx, "server.get", { id = ctx.params.id })
  return app.view:page(ctx, "server_rcon", { title = app.view:word(ctx, "servers.rcon_title", "name", server.name),
    server = server, mine = true, secret = password, asked = frame.asked(app, ctx, server) })
end

local function log(_, ctx)
  local stream, err = ctx.services.servers:log_stream(ctx.actor, ctx.params.id)
  if not stream then return nil, err end
  if (ctx.request.query.run or server_run.of(stream)) ~= server_run.of(stream) then ctx.request.query.from = nil end
  return response.log(stream, ctx.request)
end

local function question(action)
  return function(ctx, app)
    local server, err = form.read(ctx, "server.get", { id = ctx.params.id })
    if not server then return nil, err end
    return questions.of(action, frame.asked(app, ctx, server))
  end
end

local routes = {
  { method = "GET", path = "/servers/:id", access = "user", action = "server.get", summary = "One server",
    handle = function(app, ctx) return show(app, ctx) end },
  { method = "GET", path = "/servers/:id/jobs", access = "user", summary = "The jobs of a server",
    handle = show_jobs },
  { method = "POST", path = "/servers/:id", access = "user", action = "server.update", summary = "Change a server",
    handle = saved_by "server.update" },
  { method = "POST", path = "/servers/:id/rename", access = "user", action = "server.rename",
    summary = "Rename the server", handle = saved_by "server.rename", question = question "server.rename" },
  { method = "GET", path = "/servers/:id/rcon_password", access = "user", summary = "The RCON password of a server",
    handle = show_password },
  { method = "POST", path = "/servers/:id/rotate_rcon_password", access = "user",
    action = "server.rotate_rcon_password", summary = "Change the RCON password", handle = rotate,
    question = question "server.rotate_rcon_password" },
  { method = "GET", path = "/servers/:id/log", access = "user", summary = "Console output as events", handle = log },
}
for _, one in ipairs {
  { "start", "Start the server" }, { "stop", "Stop the server" }, { "restart", "Restart the server", true },
  { "reset", "Reset the server", true }, { "initialize", "Write the server's files" },
  { "delete", "Delete the server", true },
} do
  local operation, summary, asked = one[1], one[2], one[3]
  routes[#routes + 1] = { method = "POST", path = "/servers/:id/" .. operation, access = "user",
    action = "server." .. operation, summary = summary, handle = operate(operation),
    question = asked and question("server." .. operation) or nil }
end

return routes
