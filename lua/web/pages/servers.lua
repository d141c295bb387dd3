-- Pages of servers: the list, one server with its buttons and console output, and its forms.
local form = require "web.pages.form"
local response = require "web.response"

local OPERATIONS = { "start", "stop", "reset", "initialize", "delete" }

-- What makes sense now: nothing while a job works on it.
local function possible(server, job, busy)
  local may = {}
  if not busy then
    may.start = server.actual_state ~= "running"
    may.stop = server.actual_state ~= "stopped"
    may.reset, may.delete = true, true
  end
  may.drift = not busy and job ~= nil and server.desired_state ~= server.actual_state
  return may
end

local function show_list(app, ctx, err)
  local servers = form.read(ctx, "server.list", form.page(ctx))
  return app.view:page(ctx, "servers", {
    title = "Servers", servers = servers, blueprints = form.read(ctx, "blueprint.list", { limit = 200 }),
    installation = ctx.services.installation:status(), topics = "servers,jobs", error = err, form = ctx.form or {},
    open_dialog = err ~= nil,
  }, err and err.status)
end

local function show_new(app, ctx)
  return app.view:page(ctx, "server_new", { title = "New server", form = ctx.request.query,
    blueprints = form.read(ctx, "blueprint.list", { limit = 200 }) })
end

local function show(app, ctx, shown)
  local server, err = form.read(ctx, "server.get", { id = ctx.params.id })
  if not server then return nil, err end
  local jobs = ctx.services.jobs:list(ctx.actor, { server_id = server.id, limit = 10 })
  local last = jobs[1]
  local busy = last and not last.finished_at
  return app.view:page(ctx, "server", {
    title = server.name, server = server, last_job = last, jobs = jobs, busy = busy, error = shown,
    may = possible(server, last, busy), blueprints = form.read(ctx, "blueprint.list", { limit = 200 }),
    installation = ctx.services.installation:status(), topics = "servers,jobs", form = ctx.form or server,
    log = ("/servers/%d/log"):format(server.id),
  }, shown and shown.status)
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
  if not server then return show_list(app, ctx, err) end
  return response.redirect("/servers/" .. server.id)
end

local function update(app, ctx)
  local server, err = form.call(ctx, "server.update")
  if not server then return show(app, ctx, err) end
  return response.redirect(("/servers/%d?notice=saved"):format(server.id))
end

local function log(_, ctx)
  local stream, err = ctx.services.servers:log_stream(ctx.actor, ctx.params.id)
  if not stream then return nil, err end
  stream.from = ctx.request:resume_at()
  return response.stream(stream)
end

local routes = {
  { method = "GET", path = "/servers", access = "user", action = "server.list", kept = true, summary = "Servers",
    handle = function(app, ctx) return show_list(app, ctx) end },
  { method = "GET", path = "/servers/new", access = "user", summary = "The form of a new server", handle = show_new },
  { method = "POST", path = "/servers", access = "user", action = "server.create", summary = "Create a server",
    handle = create },
  { method = "GET", path = "/servers/:id", access = "user", action = "server.get", summary = "One server",
    handle = function(app, ctx) return show(app, ctx) end },
  { method = "POST", path = "/servers/:id", access = "user", action = "server.update", summary = "Change a server",
    handle = update },
  { method = "GET", path = "/servers/:id/log", access = "user", summary = "Console output as events", handle = log },
}
for _, operation in ipairs(OPERATIONS) do
  routes[#routes + 1] = { method = "POST", path = "/servers/:id/" .. operation, access = "user",
    action = "server." .. operation, summary = operation, handle = operate(operation) }
end

return routes
