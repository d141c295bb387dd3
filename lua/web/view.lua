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

--- Seconds since 1970 as RFC 3339 text (the days of a civil date, Howard Hinnant's algorithm).
function M.rfc3339(seconds)
  local days, rest = seconds // DAY, seconds % DAY
  local z = days + 719468
  local era = z // 146097
  local doe = z - era * 146097
  local yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
  local doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
  local mp = (5 * doy + 2) // 153
  local day, month = doy - (153 * mp + 2) // 5 + 1, mp < 10 and mp + 3 or mp - 9
  local year = yoe + era * 400 + (month <= 2 and 1 or 0)
  return ("%04d-%02d-%02dT%02d:%02d:%02dZ"):format(year, month, day, rest // HOUR, rest % HOUR // MINUTE, rest % MINUTE)
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
local BUILDS = { [""] = { "plain", "not built" }, ok = { "good", "built" }, failed = { "bad", "build failed" } }
local SERVERS = { running = { "good up", "running" }, stopped = { "plain", "stopped" } }
local DOING = {
  initialize = "writing files", start = "starting", stop = "stopping", reset = "resetting", delete = "being deleted",
  build_overlay = "building",
}
local REMEMBERED = 500

-- The opening tag of a moment; lists show the same moments again and again.
local function time_tags()
  local tags, count = {}, 0
  return function(seconds)
    local tag = tags[seconds]
    if not tag then
      local exact = M.rfc3339(seconds)
      tag = ('<time datetime="%s" title="%s UTC">'):format(exact, exact:gsub("[TZ]", { T = " ", Z = "" }))
      if count == REMEMBERED then tags, count = {}, 0 end
      tags[seconds], count = tag, count + 1
    end
    return tag
  end
end

local function helpers(clock)
  local h, time_tag = {}, time_tags()
  function h.count(list) return #(list or {}) end
  function h.time(ms)
    if not ms then return "" end
    local seconds = ms // 1000
    return time_tag(seconds) .. M.ago(math.max(0, clock.now() // 1000 - seconds)) .. "</time>"
  end
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

-- States, told by word, mark and colour; a job at work on an object says more than the object's own state.
local function badge_helpers(h)
  local function badge(kind, text)
    return '<span class="badge ' .. kind .. '">' .. template.escape(text) .. "</span>"
  end
  local function at_work(job)
    if h.open(job) then return badge("busy", job.state == "running" and DOING[job.operation] or job.state) end
  end
  function h.job_badge(job) return badge(JOB_BADGES[job.state] or "plain", job.state) end
  function h.build_badge(overlay, job)
    local state = BUILDS[overlay.last_build_status]
    return at_work(job) or badge(state[1], state[2])
  end
  function h.server_badge(server, job)
    local working = at_work(job or server.job)
    if working then return working end
    if server.actual_state == "stopped" and (server.last_error or "") ~= "" then return badge("bad", "failed") end
    local state = SERVERS[server.actual_state] or { "busy still", server.actual_state }
    return badge(state[1], state[2])
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
