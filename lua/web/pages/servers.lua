-- Pages of servers: the list, one server with its buttons and console output, and its forms.
local form = require "web.pages.form"
local job_rules = require "domain.job"
local response = require "web.response"
local server_run = require "domain.server_run"

-- What makes sense now: nothing while a job works on it.
local function possible(server, job, busy)
  local may = {}
  if not busy then
    may.start = server.actual_state ~= "running"
    may.stop = server.actual_state ~= "stopped"
    may.reset, may.delete = true, true
  end
  may.drift = job ~= nil and server.desired_state ~= server.actual_state
  return may
end

local function show_list(app, ctx)
  return app.view:page(ctx, "servers", {
    title = "Servers", servers = form.need(ctx, "server.list", form.page(ctx)), form = {},
    blueprints = ctx.services.blueprints:choices(ctx.actor), installation = ctx.services.installation:status(),
    topics = "servers,jobs",
  })
end

local function show_new(app, ctx, err)
  return app.view:page(ctx, "server_new", {
    title = "New server", form = ctx.form or ctx.request.query, error = err,
    blueprints = ctx.services.blueprints:choices(ctx.actor),
  }, err and err.status)
end

local function log_address(ctx, server)
  local stream = ctx.services.servers:log_stream(ctx.actor, server.id)
  local run = stream and server_run.of(stream)
  return ("/servers/%d/log%s"):format(server.id, run and "?run=" .. run or "")
end

-- typed: what the settings were left with when they could not be saved.
local function show(app, ctx, problem, typed)
  local server, err = form.read(ctx, "server.get", { id = ctx.params.id })
  if not server then return nil, err end
  local jobs = ctx.services.jobs:list(ctx.actor, { server_id = server.id, limit = 10 })
  local last, queued = form.current(jobs)
  local busy = last and not job_rules.final(last.state)
  return app.view:page(ctx, "server", {
    title = server.name, server = server, last_job = last, queued = queued, jobs = jobs, busy = busy, error = problem,
    may = possible(server, last, busy), blueprints = ctx.services.blueprints:choices(ctx.actor, server.user_id),
    installation = ctx.services.installation:status(), of = "server:" .. server.id, form = typed or server,
    editing = typed ~= nil, log = log_address(ctx, server),
  }, problem and problem.status)
end

local function operate(operation)
  return function(app, ctx)
    local job, err = form.call(ctx, "server." .. operation)
    if not job then return show(app, ctx, err) end
    if operation == "delete" then return response.redirect("/jobs/" .. job.id) end
    return response.redirect("/servers/" .. ctx.params.id)
  end
end

local function create(app, ctx)
  local server, err = form.call(ctx, "server.create")
  if not server then return show_new(app, ctx, err) end
  return response.redirect("/servers/" .. server.id .. "?notice=created")
end

local function update(app, ctx)
  local server, err = form.call(ctx, "server.update")
  if not server then return show(app, ctx, err, ctx.form) end
  return response.redirect(("/servers/%d?notice=saved"):format(server.id))
end

local function log(_, ctx)
  local stream, err = ctx.services.servers:log_stream(ctx.actor, ctx.params.id)
  if not stream then return nil, err end
  if (ctx.request.query.run or server_run.of(stream)) ~= server_run.of(stream) then ctx.request.query.from = nil end
  return response.log(stream, ctx.request)
end

local routes = {
  { method = "GET", path = "/servers", access = "user", action = "server.list", kept = true, summary = "Servers",
    handle = show_list },
  { method = "GET", path = "/servers/new", access = "user", kept = true, summary = "The form of a new server",
    handle = function(app, ctx) return show_new(app, ctx) end },
  { method = "POST", path = "/servers", access = "user", action = "server.create", summary = "Create a server",
    handle = create },
  { method = "GET", path = "/servers/:id", access = "user", action = "server.get", summary = "One server",
    handle = function(app, ctx) return show(app, ctx) end },
  { method = "POST", path = "/servers/:id", access = "user", action = "server.update", summary = "Change a server",
    handle = update },
  { method = "GET", path = "/servers/:id/log", access = "user", summary = "Console output as events", handle = log },
}
for _, one in ipairs {
  { "start", "Start the server" }, { "stop", "Stop the server" }, { "reset", "Reset the server" },
  { "initialize", "Write the server's files" }, { "delete", "Delete the server" },
} do
  local operation, summary = one[1], one[2]
  local action = "server." .. operation
  routes[#routes + 1] = { method = "POST", path = "/servers/:id/" .. operation, access = "user", action = action,
    summary = summary, handle = operate(operation),
    question = (operation == "reset" or operation == "delete") and form.question(action, "server.get") or nil }
end

return routes
