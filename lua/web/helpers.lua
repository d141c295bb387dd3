-- What templates may call: words, times, badges and sentences of states, and what is wrong with a field.
local job_rules = require "domain.job"
local measures = require "web.measures"
local memo = require "base.memo"
local questions = require "web.questions"
local template = require "web.template"
local text = require "base.text"

local M = {}

local MINUTE, HOUR, DAY = 60, 3600, 86400
local REMEMBERED = 2000

--- How long ago, in words.
-- @param words table of web.words
-- @param seconds integer
function M.ago(words, seconds)
  if seconds < 5 then return words:text("script.ago.now") end
  if seconds < MINUTE then return words:text("script.ago.seconds", "n", seconds) end
  if seconds < HOUR then return words:text("script.ago.minutes", "n", seconds // MINUTE) end
  if seconds < 2 * DAY then return words:text("script.ago.hours", "n", seconds // HOUR) end
  return words:text("script.ago.days", "n", seconds // DAY)
end

local visible = memo.of(text.visible, REMEMBERED)

local function time_tag(seconds)
  return os.date('!<time datetime="%Y-%m-%dT%H:%M:%SZ" title="%Y-%m-%d %H:%M:%S UTC">', seconds)
end

-- One memory a language.
local function ago_in(voice)
  local memories = {}
  return function(seconds)
    local words = voice.words
    local memory = memories[words.language]
    if not memory then
      memory = memo.of(function(age) return M.ago(words, age) end, REMEMBERED)
      memories[words.language] = memory
    end
    return memory(seconds)
  end
end

local function time_helpers(h, clock, voice)
  local opening, ago = memo.of(time_tag, REMEMBERED), ago_in(voice)
  function h.time(ms)
    if not ms then return "" end
    local seconds = ms // 1000
    local age = clock.now() // 1000 - seconds
    return opening(seconds) .. ago(age > 0 and age or 0) .. "</time>"
  end
  function h.now() return clock.now() // 1000 * 1000 end
end

local function word_helpers(h, voice)
  -- A name as it is shown. Names come from files, players and old rows, too: one with U+202E or U+2069 would turn the
  -- words after it, even out of an element that isolates it. What a form sends back is not shown with this, or saving
  -- would change it; what words.text fills in is made visible there.
  function h.shown(name) return name and visible(name) end
  function h.t(key, ...) return voice.words:text(key, ...) end
  function h.th(key, ...) return voice.words:html(key, ...) end
  function h.size(bytes) return measures.size(voice.words, bytes) end
  function h.duration(ms) return measures.duration(voice.words, ms) end
  function h.said(thing) return voice.words:said(thing) end
  -- What is said, as HTML, with `commands` that are to be typed.
  function h.with_commands(thing)
    return (template.escape(voice.words:said(thing)):gsub("`([^`]+)`", "<code>%1</code>"))
  end
  function h.question(action, name)
    local question = questions.of(action, name)
    return question and voice.words:said(question)
  end
end

local function job_helpers(h, voice)
  local function verb(operation) return voice.words:text("states.verb_" .. operation) end
  h.verb = verb
  function h.sentence(job)
    return ('<a href="/jobs/%d">%s</a> %s'):format(job.id,
      voice.words:text("states.end_" .. job.state, "what", verb(job.operation)),
      h.time(job.finished_at or job.started_at or job.created_at))
  end
  function h.job_title(job)
    local what, name, id = verb(job.operation), job.server_name or job.overlay_name, job.server_id or job.overlay_id
    if not id then return what end
    if name then return voice.words:text("states.of", "what", what, "name", name) end
    return voice.words:text(job.server_id and "states.of_gone_server" or "states.of_gone_overlay", "what", what,
      "id", ("%d"):format(id))
  end
  function h.waiting(job)
    if (job.waiting_for or "") == "" then return "" end
    local what = job.waits and voice.words:said(job.waits) or job.waiting_for
    return voice.words:text("states.waits_for", "what", what)
  end
  function h.open(job) return job ~= nil and not job_rules.final(job.state) end
end

local JOB_BADGES = {
  queued = "busy", running = "busy", cancelling = "busy", succeeded = "good", failed = "bad", lost = "bad",
}
local BUILDS = {
  [""] = { "plain", "states.unbuilt" }, ok = { "good", "states.built" }, failed = { "bad", "states.build_failed" },
}
local SERVERS = { running = "good up", stopped = "plain" }

-- States, told by word, mark and colour; a job at work on an object says more than the object's own state.
local function badge_helpers(h, voice)
  local function badge(kind, key)
    return '<span class="badge ' .. kind .. '">' .. template.escape(voice.words:text(key)) .. "</span>"
  end
  local function at_work(job)
    if not h.open(job) then return nil end
    return badge("busy", job.state == "running" and "states.doing_" .. job.operation or "states.job_" .. job.state)
  end
  function h.job_badge(job) return badge(JOB_BADGES[job.state] or "plain", "states.job_" .. job.state) end
  function h.build_badge(overlay, job)
    return at_work(job or overlay.job) or badge(table.unpack(BUILDS[overlay.last_build_status]))
  end
  function h.server_badge(server, job)
    local working = at_work(job or server.job)
    if working then return working end
    local failed = server.actual_state == "stopped" and (server.last_error or "") ~= ""
    if failed then return badge("bad", "states.server_failed") end
    return badge(SERVERS[server.actual_state] or "busy still", "states.server_" .. server.actual_state)
  end
end

-- What is wrong with a field, beside it: problem(error, "port", "Port"), and its attributes: marked(error, "port").
local function field_helpers(h)
  local function wrong(err, name) return err and err.problems and err.problems[name] end
  function h.problem(err, name, label)
    local problem = wrong(err, name)
    if not problem then return "" end
    return ('<span class="wrong" id="wrong-%s">%s %s.</span>'):format(name, template.escape(label),
      template.escape(h.said(problem)))
  end
  function h.marked(err, name)
    if not wrong(err, name) then return "" end
    return (' aria-invalid="true" aria-describedby="wrong-%s"'):format(name)
  end
end

-- The options of a select, with their owners when they are not the asker's: options(list of {id, name, owner|nil},
-- id|nil of the chosen one as text or number, name of who asks|nil for no owners). Hundreds are written in one go.
local function options(list, chosen, asker)
  local out, escape = {}, template.escape
  chosen = math.tointeger(tonumber(chosen))
  for i, one in ipairs(list) do
    local owner = asker and one.owner ~= asker and one.owner
    out[i] = '<option value="' .. one.id .. (one.id == chosen and '" selected>' or '">') .. escape(visible(one.name))
      .. (owner and " (" .. escape(owner) .. ")</option>\n" or "</option>\n")
  end
  return table.concat(out)
end

--- The helpers of all templates.
-- @param clock table host.clock
-- @param voice table {words=} of the visitor the page is for; changed before each page
-- @return table name → function
function M.new(clock, voice)
  local h = {}
  function h.count(list) return #(list or {}) end
  h.options = options
  time_helpers(h, clock, voice)
  word_helpers(h, voice)
  job_helpers(h, voice)
  badge_helpers(h, voice)
  field_helpers(h)
  return h
end

return M
