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
local BADGES = {
  running = "good", succeeded = "good", ok = "good", failed = "bad", lost = "bad", queued = "busy", cancelling = "busy",
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

-- What a job works on: a link as long as it is there.
local function on(folder, word, id, name)
  if not name then return ("%s %d, deleted"):format(word, id) end
  return ('<a href="/%s/%d">%s</a>'):format(folder, id, template.escape(name))
end

local function helpers(clock)
  local h, time_tag = {}, time_tags()
  function h.count(list) return #(list or {}) end
  function h.time(ms)
    if not ms then return "" end
    local seconds = ms // 1000
    return time_tag(seconds) .. M.ago(math.max(0, clock.now() // 1000 - seconds)) .. "</time>"
  end
  function h.badge(state)
    return '<span class="badge ' .. (BADGES[state] or "plain") .. '">' .. template.escape(state) .. "</span>"
  end
  function h.verb(operation) return VERBS[operation] or operation end
  function h.sentence(job)
    return ('<a href="/jobs/%d">%s</a> %s'):format(job.id, template.escape(h.doing(job)),
      h.time(job.finished_at or job.started_at or job.created_at))
  end
  function h.doing(job) return ("%s %s"):format(VERBS[job.operation] or job.operation, ENDS[job.state] or job.state) end
  function h.on(job)
    if job.server_id then return on("servers", "server", job.server_id, job.server_name) end
    if job.overlay_id then return on("overlays", "overlay", job.overlay_id, job.overlay_name) end
    return "the game"
  end
  function h.open(job) return job ~= nil and not job_rules.final(job.state) end
  function h.same(a, b) return tostring(a) == tostring(b) end
  h.question = questions.of
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
    template = template.set(options.read, field_helpers(helpers(options.clock))),
    notices = {
      saved = "Saved.", created = "Created.", deleted = "Deleted.", wiped = "All files of the overlay are gone.",
      password = "The password is changed. Please log in with it.", revoked = "The token is revoked.",
      cancelled = "The cancel is under way.", building = "The build is queued; its output appears below.",
      logged_out = "You are logged out.",
    },
  }, View)
end

return M
