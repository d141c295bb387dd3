-- What pages with forms share: the form's fields for an action, calling it, paging.
local actions = require "actions"
local job_rules = require "domain.job"
local questions = require "web.questions"
local validate = require "base.validate"

local M = {}

local OWN = { csrf = true, confirmed = true }
local NONE = {}

-- The arguments of an action out of the posted form. route.parts are fields the page puts together itself; any other
-- name goes to the action, which refuses those it does not know.
local function arguments(ctx, record, extra)
  local raw, parts = {}, ctx.route.parts or NONE
  for name, value in pairs(extra or NONE) do raw[name] = value end
  for _, field in ipairs(ctx.form) do
    local name = field.name
    if not OWN[name] and not parts[name] and raw[name] == nil then raw[name] = field.value end
  end
  raw = validate.from_form(record.args, raw)
  if ctx.params.id then raw.id = ctx.params.id end
  return raw
end

-- Problems of fields that no form has: they are said above the form.
local function strangers(record, err)
  local known, out = {}, {}
  for _, field in ipairs(record.args) do known[field.name] = true end
  for name, problem in pairs(err.problems or NONE) do
    if not known[name] then out[#out + 1] = { name = name, problem = problem } end
  end
  table.sort(out, function(a, b) return a.name < b.name end)
  return out
end

-- The versions that a form may replace: the one it was rendered from is in `seen`, and who was told of another and
-- wants theirs nonetheless says so in `over`. A form without the first may replace any.
local function accepted(posted)
  return posted.seen and { [posted.seen] = true, [posted.over or posted.seen] = true }
end

--- Call an action with the posted form. When it refuses, ctx.strangers has what no field can show.
-- @param ctx table of the request
-- @param name string of the action
-- @param extra table|nil values of the route's parts, put together by the page
-- @return value|nil
-- @return table|nil err
function M.call(ctx, name, extra)
  local record = actions.get(name)
  local called = { actor = ctx.actor, services = ctx.services, accepted = accepted(ctx.form) }
  local value, err = actions.call(called, name, arguments(ctx, record, extra))
  if value == nil then ctx.strangers = strangers(record, err) end
  return value, err
end

--- Read through an action: no form, only what is given.
function M.read(ctx, name, raw)
  return actions.call({ actor = ctx.actor, services = ctx.services }, name, raw)
end

--- Read what a page cannot do without; a failure raises and becomes the page's answer.
function M.need(ctx, name, raw)
  local value, err = M.read(ctx, name, raw)
  if value == nil then error(err, 0) end
  return value
end

--- A route's question before its action: names the object, whom it must be there for.
-- @param action string name of the action
-- @param get string|nil name of the action that reads the object; its name or username is asked with
-- @return function(ctx) → phrase | nil, err
function M.question(action, get)
  return function(ctx)
    if not get then return questions.of(action) end
    local object, err = M.read(ctx, get, { id = ctx.params.id })
    if not object then return nil, err end
    return questions.of(action, object.name or object.username)
  end
end

--- What a page offers when a form was overtaken: to save it nonetheless, and to look at what is saved.
-- @param err table|nil why the page is shown again
-- @param id string of the form
-- @param beneath string where what is saved is seen, an address without its first slash
-- @return table|nil {form=, beneath=}
function M.conflict(err, id, beneath)
  return err and err.code:find("%.changed$") and { form = id, beneath = beneath } or nil
end

--- The job a page shows of an object's newest ones: the one that is at work or comes first, else the newest.
-- @param jobs table list, the newest first
-- @return table|nil job
-- @return table|nil the one that is queued behind it
function M.current(jobs)
  local oldest
  for i, job in ipairs(jobs) do
    if not job_rules.final(job.state) then oldest = i end
  end
  return jobs[oldest or 1], oldest and oldest > 1 and jobs[1] or nil
end

--- The host name players connect to: the setting, else the one the visitor came by.
-- @return string
function M.game_host(app, ctx)
  return app.config.public_address or ctx.request:host() or "localhost"
end

--- Before which id a list of the newest first goes on, out of the query.
-- @return integer|nil
function M.before(ctx)
  local text = ctx.request.query.before or ""
  return text:find("^%d+$") and #text < 16 and math.tointeger(tonumber(text)) or nil
end

--- The paging options of a list out of the query.
function M.page(ctx)
  local after = ctx.request.query.after or ""
  return { limit = 50, after = after:find("^%d+$") and math.tointeger(tonumber(after)) or 0 }
end

return M
