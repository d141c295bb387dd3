-- Pages of jobs: the list, and one with its live log.
local form = require "web.pages.form"
local job_rules = require "domain.job"
local response = require "web.response"

local function before(ctx)
  local text = ctx.request.query.before or ""
  return text:find("^%d+$") and #text < 16 and math.tointeger(tonumber(text)) or nil
end

local function show_list(app, ctx)
  local state = ctx.request.query.state
  if state == "" then state = nil end
  local jobs, err = form.read(ctx, "job.list", { limit = 50, before = before(ctx), state = state })
  if not jobs then return nil, err end
  return app.view:page(ctx, "jobs", { title = "Jobs", jobs = jobs, state = state, topics = "jobs",
    states = { "queued", "running", "succeeded", "failed", "cancelled", "lost" } })
end

local function show(app, ctx, err)
  local job, missing = form.read(ctx, "job.get", { id = ctx.params.id })
  if not job then return nil, missing end
  local _, problem = ctx.services.jobs:log_stream(ctx.actor, job.id)
  return app.view:page(ctx, "job", { title = ("Job %d"):format(job.id), job = job, of = "job:" .. job.id,
    open = not job_rules.final(job.state), log = ("/jobs/%d/log"):format(job.id), no_log = problem,
    error = err }, err and err.status)
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
