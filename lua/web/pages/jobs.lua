-- Pages of jobs: the list with its filters, and one job with its live log.
local form = require "web.pages.form"
local job_filter = require "web.pages.job_filter"
local job_rules = require "domain.job"
local response = require "web.response"

-- A list of things with what the visitor's language calls them; the first of states is any.
local function labelled(app, ctx, list)
  for _, one in ipairs(list) do
    one.label = one.name and app.view:word(ctx, "states.job_" .. one.name) or app.view:word(ctx, "jobs.any_state")
  end
  return list
end

local function dropped(app, ctx, parts)
  for _, one in ipairs(parts) do one.label = app.view:word(ctx, "jobs.drop_" .. one.name) end
  return parts
end

local function show_list(app, ctx)
  local filter, err = job_filter.of(ctx.request.query)
  if not filter then return nil, err end
  local jobs
  jobs, err = form.read(ctx, "job.list", filter:arguments())
  if not jobs then return nil, err end
  return app.view:page(ctx, "jobs", {
    title = app.view:word(ctx, "jobs.title"), topics = "jobs", jobs = jobs, filter = filter,
    states = labelled(app, ctx, filter:states()), kinds = filter:kinds(ctx.actor),
    parts = dropped(app, ctx, filter:parts()),
    objects = filter:objects(ctx.services.jobs:objects(ctx.actor)), newest = filter.before and filter:address(),
    older = jobs.next and filter:address("before", ("%d"):format(jobs.next)),
  })
end

local AGAIN = {
  build_overlay = "/overlays/%d/build", start = "/servers/%d/start", stop = "/servers/%d/stop",
  install = "/admin/install",
}

-- The form that asks for the same again.
local function again(app, ctx, job)
  if not ctx.services.jobs:may_repeat(ctx.actor, job) then return nil end
  return { action = AGAIN[job.operation]:format(job.server_id or job.overlay_id or 0),
    label = app.view:word(ctx, "jobs.again_" .. job.operation) }
end

local SIGNALS = { [134] = "ABRT", [137] = "KILL", [139] = "SEGV", [143] = "TERM" }
local SHELL = { [126] = true, [127] = true }

-- What is to be said of a job's state, and of an exit code as far as one is known to mean something.
local function remark(app, ctx, job)
  local code = job.exit_code
  if job.state ~= "failed" or not code then return app.view:word(ctx, "jobs.say_" .. job.state) end
  if SHELL[code] then return app.view:word(ctx, "jobs.exit_" .. code) end
  if SIGNALS[code] then return app.view:word(ctx, "jobs.exit_signal", "signal", SIGNALS[code], "code", code) end
  return app.view:word(ctx, "jobs.exit_code", "code", code)
end

-- The job that this one waits for, when the visitor may see it.
local function awaited(ctx, job)
  local id = job.waits and job.waits.params.job
  return id and form.read(ctx, "job.get", { id = math.tointeger(tonumber(id)) })
end

local function show(app, ctx, err)
  local job, missing = form.read(ctx, "job.get", { id = ctx.params.id })
  if not job then return nil, missing end
  local _, problem = ctx.services.jobs:log_stream(ctx.actor, job.id)
  return app.view:page(ctx, "job", {
    title = app.view:word(ctx, "jobs.number", "id", ("%d"):format(job.id)), job = job, of = "job:" .. job.id,
    open = not job_rules.final(job.state), log = ("/jobs/%d/log"):format(job.id), no_log = problem, error = err,
    remark = remark(app, ctx, job), awaited = awaited(ctx, job), again = again(app, ctx, job),
  }, err and err.status)
end

local function cancel(app, ctx)
  local job, err = form.call(ctx, "job.cancel")
  if not job then return show(app, ctx, err) end
  return response.redirect(("/jobs/%d?notice=cancelled"):format(job.id))
end

local function log(_, ctx)
  local stream, err = ctx.services.jobs:log_stream(ctx.actor, ctx.params.id)
  if not stream then return nil, err end
  return response.log(stream, ctx.request)
end

return {
  { method = "GET", path = "/jobs", access = "user", action = "job.list", kept = true, summary = "Jobs",
    handle = show_list },
  { method = "GET", path = "/jobs/:id", access = "user", action = "job.get", summary = "One job",
    handle = function(app, ctx) return show(app, ctx) end },
  { method = "GET", path = "/jobs/:id/log", access = "user", summary = "A job's log as events", handle = log },
  { method = "POST", path = "/jobs/:id/cancel", access = "user", action = "job.cancel", summary = "Cancel the job",
    handle = cancel, question = form.question("job.cancel", "job.get") },
}
