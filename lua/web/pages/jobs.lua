-- Pages of jobs: the list, and one with its live log.
local form = require "web.pages.form"
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

local function show(app, ctx)
  local job, err = form.read(ctx, "job.get", { id = ctx.params.id })
  if not job then return nil, err end
  local _, problem = ctx.services.jobs:log_stream(ctx.actor, job.id)
  return app.view:page(ctx, "job", { title = ("Job %d"):format(job.id), job = job, topics = "jobs",
    open = not job.finished_at, log = ("/jobs/%d/log"):format(job.id), no_log = problem and problem.text })
end

local function log(_, ctx)
  local stream, err = ctx.services.jobs:log_stream(ctx.actor, ctx.params.id, { from = ctx.request:resume_at() })
  if not stream then return nil, err end
  return response.stream(stream)
end

return {
  { method = "GET", path = "/jobs", access = "user", action = "job.list", summary = "Jobs", handle = show_list },
  { method = "GET", path = "/jobs/:id", access = "user", action = "job.get", summary = "One job", handle = show },
  { method = "GET", path = "/jobs/:id/log", access = "user", summary = "A job's log as events", handle = log },
  { method = "POST", path = "/jobs/:id/cancel", access = "user", action = "job.cancel", summary = "Cancel a job",
    handle = form.then_go("job.cancel", function(ctx) return ("/jobs/%d?notice=cancelled"):format(ctx.params.id) end) },
}
