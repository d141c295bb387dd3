-- Renders templates inside the layout: helpers for times, badges and job sentences, and what every page needs.
local job_rules = require "domain.job"
local questions = require "web.questions"
local response = require "web.response"
local template = require "web.template"

local M = {}

local View = {}
View.__index = View

local MINUTE, HOUR, DAY = 60, 3600, 86400

--- How long ago, in words.
-- @param seconds integer
function M.ago(seconds)
  if seconds < 5 then return "just now" end
  if seconds < MINUTE then return ("%d s ago"):format(seconds) end
  if seconds < HOUR then return ("%d min ago"):format(seconds // MINUTE) end
  if seconds < 2 * DAY then return ("%d h ago"):format(seconds // HOUR) end
  return ("%d days ago"):format(seconds // DAY)
end

local VERBS = {
  install = "Installing the game", refresh_workshop_items = "Workshop refresh", build_overlay = "Build",
  initialize = "Writing the files", start = "Start", stop = "Stop", reset = "Reset", delete = "Deletion",
}
local ENDS = {
  queued = "is waiting", running = "is running", cancelling = "is being cancelled", succeeded = "succeeded",
  failed = "failed", cancelled = "was cancelled", lost = "was lost when the service ended",
}
local JOB_BADGES = {
  queued = "busy", running = "busy", cancelling = "busy", succeeded = "good", failed = "bad", lost = "bad",
}
local DOING = {
  initialize = "writing files", start = "starting", stop = "stopping", reset = "resetting", delete = "being deleted",
  build_overlay = "building",
}
local REMEMBERED = 500

-- A function of one number that remembers its last results: lists show the same moments again and again.
local function remembering(fn)
  local results, count = {}, 0
  return function(number)
    local result = results[number]
    if not result then
      if count == REMEMBERED then results, count = {}, 0 end
      result, count = fn(number), count + 1
      results[number] = result
    end
    return result
  end
end

local function time_tag(seconds)
  return os.date('!<time datetime="%Y-%m-%dT%H:%M:%SZ" title="%Y-%m-%d %H:%M:%S UTC">', seconds)
end

local function helpers(clock)
  local h, opening, ago = {}, remembering(time_tag), remembering(M.ago)
  function h.count(list) return #(list or {}) end
  function h.time(ms)
    if not ms then return "" end
    local seconds = ms // 1000
    local age = clock.now() // 1000 - seconds
    return opening(seconds) .. ago(age > 0 and age or 0) .. "</time>"
  end
  function h.now() return clock.now() // 1000 * 1000 end
  function h.sentence(job)
    return ('<a href="/jobs/%d">%s %s</a> %s'):format(job.id, VERBS[job.operation], ENDS[job.state],
      h.time(job.finished_at or job.started_at or job.created_at))
  end
  function h.job_title(job)
    local verb, name = VERBS[job.operation], job.server_name or job.overlay_name
    local id = job.server_id or job.overlay_id
    if not id then return verb end
    return name and ("%s of %s"):format(verb, name)
      or ("%s of %s %d, deleted"):format(verb, job.server_id and "server" or "overlay", id)
  end
  function h.verb(operation) return VERBS[operation] end
  function h.open(job) return job ~= nil and not job_rules.final(job.state) end
  function h.same(a, b) return tostring(a) == tostring(b) end
  h.question = questions.of
  return h
end

local function badge(kind, text)
  return '<span class="badge ' .. kind .. '">' .. template.escape(text) .. "</span>"
end

local BUILDS = {
  [""] = badge("plain", "not built"), ok = badge("good", "built"), failed = badge("bad", "build failed"),
}
local SERVERS = { running = badge("good up", "running"), stopped = badge("plain", "stopped") }
local FAILED = badge("bad", "failed")

-- States, told by word, mark and colour; a job at work on an object says more than the object's own state.
local function badge_helpers(h)
  local function at_work(job)
    if h.open(job) then return badge("busy", job.state == "running" and DOING[job.operation] or job.state) end
  end
  function h.job_badge(job) return badge(JOB_BADGES[job.state] or "plain", job.state) end
  function h.build_badge(overlay, job)
    return at_work(job or overlay.job) or BUILDS[overlay.last_build_status]
  end
  function h.server_badge(server, job)
    local working = at_work(job or server.job)
    if working then return working end
    if server.actual_state == "stopped" and (server.last_error or "") ~= "" then return FAILED end
    return SERVERS[server.actual_state] or badge("busy still", server.actual_state)
  end
  return h
end

-- What is wrong with a field, beside it: problem(error, "port", "Port"), and its attributes: marked(error, "port").
local function field_helpers(h)
  function h.problem(err, name, label)
    local problem = err and err.fields and err.fields[name]
    if not problem then return "" end
    return ('<span class="wrong" id="wrong-%s">%s %s.</span>'):format(name, label, template.escape(problem))
  end
  function h.marked(err, name)
    if not (err and err.fields and err.fields[name]) then return "" end
    return (' aria-invalid="true" aria-describedby="wrong-%s"'):format(name)
  end
  return h
end

--- Render a template on its own.
function View:render(name, data)
  return self.template(name, data)
end

--- A whole page.
-- @param ctx table {actor=|nil, session=|nil, request=}
-- @param name string of the template
-- @param data table for the template; title= is the page's
-- @param status integer|nil (200)
function View:page(ctx, name, data, status)
  data.actor, data.csrf, data.path = ctx.actor, ctx.session and ctx.session.csrf or ctx.login_csrf, ctx.request.path
  data.notice, data.strangers = self.notices[ctx.request.query.notice or ""], ctx.strangers
  data.section = data.path:match("^/(%l+)")
  data.content = self:render(name, data)
  return response.html(status or 200, self:render("layout", data), ctx.headers)
end

--- @param options table {read=function(name) → source, clock=host.clock}
function M.new(options)
  return setmetatable({
    template = template.set(options.read, field_helpers(badge_helpers(helpers(options.clock)))),
    notices = {
      saved = "Saved.", created = "Created.", deleted = "Deleted.", wiped = "All files of the overlay are gone.",
      password = "The password is changed. Please log in with it.", revoked = "The token is revoked.",
      cancelled = "The cancel is under way.", building = "The build is queued; its output appears below.",
      logged_out = "You are logged out.",
    },
  }, View)
end

return M
