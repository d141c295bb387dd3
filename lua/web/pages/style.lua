-- Admin page of the style guide: every token and component of the style sheet in its states, in either language.
local errors = require "base.errors"
local job_rules = require "domain.job"
local validate = require "base.validate"

-- The colours, each with what it lies on: css/app.css says their values, for light and dark.
local COLOURS = {
  { "text", "page" }, { "text", "surface" }, { "text", "sunken" }, { "soft", "page" }, { "soft", "surface" },
  { "soft", "sunken" }, { "accent", "surface" }, { "accent", "accent-soft" }, { "on-accent", "accent" },
  { "good", "good-soft" }, { "bad", "bad-soft" }, { "busy", "busy-soft" },
  { "log-text", "log" }, { "log-soft", "log" }, { "log-error", "log" },
}
local LINES = { { "edge", "surface" }, { "line", "surface" } }
local SPACES = { "s1", "s2", "s3", "s4", "s5", "s6" }
local TYPES = { { "title", "h1" }, { "large", "h2" }, { "1rem", "body" }, { "small", "hint" }, { "mono", "code" } }
local SHAPES = { "radius", "lift" }

local function pairs_of_names(list, first, second)
  local out = {}
  for i, one in ipairs(list) do out[i] = { [first] = one[1], [second] = one[2] } end
  return out
end

-- A job in each state, a server and an overlay in each of theirs.
local function examples(now)
  local jobs = {}
  for i, state in ipairs(job_rules.STATES) do
    jobs[i] = { id = i, operation = "start", state = state, created_at = now - i * 3600000 }
  end
  return {
    jobs = jobs, moment = now - 125000,
    servers = { { actual_state = "running" }, { actual_state = "stopped", last_error = "" },
      { actual_state = "stopped", last_error = "x" }, { actual_state = "unknown" },
      { actual_state = "stopped", job = { operation = "start", state = "running" } } },
    overlays = { { last_build_status = "" }, { last_build_status = "ok" }, { last_build_status = "failed" } },
  }
end

local function show(app, ctx)
  local data = examples(app.ports.clock.now())
  data.title = app.view:word(ctx, "style.title")
  data.colours = pairs_of_names(COLOURS, "front", "back")
  data.borders = pairs_of_names(LINES, "front", "back")
  data.types, data.spaces, data.shapes = pairs_of_names(TYPES, "token", "element"), SPACES, SHAPES
  data.wrong = errors.common.invalid { fields = { wrong = validate.problems.missing() } }
  return app.view:page(ctx, "style", data)
end

return {
  { method = "GET", path = "/admin/style", access = "admin", summary = "The style guide", handle = show },
}
