-- The one event stream of a page: says that something the page shows has changed, and brings the lines of its log.
--
-- ?topics=servers,jobs: lists; ?of=server:7,overlay:3: single objects; ?log=server:7 or job:9: that log's lines, going
-- on behind ?from= (see response.log). Without any: the lists. Of an object hears who may see it.
local access = require "domain.access"
local errors = require "base.errors"
local form = require "web.pages.form"
local response = require "web.response"
local topics = require "domain.topics"

local LISTS = { servers = true, jobs = true, overlays = true, blueprints = true, health = true }
local LOGS = { server = "servers", job = "jobs" }
local MOST_BELLS <const> = 7

local function parse(object)
  local kind, id = object:match("^(%l+):([1-9]%d*)$")
  return kind, id and #id < 19 and math.tointeger(tonumber(id))
end

local function add_lists(ctx, bells)
  for name in (ctx.request.query.topics or ""):gmatch("[^,]+") do
    if LISTS[name] then bells[#bells + 1] = name end
  end
end

local READS = { server = "server.get", job = "job.get", overlay = "overlay.get", blueprint = "blueprint.get" }

local function add_objects(ctx, bells)
  for object in (ctx.request.query.of or ""):gmatch("[^,]+") do
    local kind, id = parse(object)
    if not READS[kind] or not id then return nil, errors.common.not_found() end
    local found, err = form.read(ctx, READS[kind], { id = id })
    if not found then return nil, err end
    bells[#bells + 1] = topics.object(kind, id)
  end
  return true
end

local function log_of(ctx)
  local kind, id = parse(ctx.request.query.log)
  if not LOGS[kind] or not id then return nil, errors.common.not_found() end
  return ctx.services[LOGS[kind]]:log_stream(ctx.actor, id)
end

local function show(_, ctx)
  local bells = {}
  add_lists(ctx, bells)
  local ok, err = add_objects(ctx, bells)
  if not ok then return nil, err end
  if #bells == 0 then bells = { "servers", "jobs", "overlays" } end
  if #bells > MOST_BELLS then return nil, errors.common.malformed() end
  if not ctx.request.query.log then
    return response.stream { kind = "bell", topics = bells, revoke = access.endings(ctx.actor) }
  end
  local log
  log, err = log_of(ctx)
  if not log then return nil, err end
  log.topics = bells
  return response.log(log, ctx.request)
end

return {
  { method = "GET", path = "/events", access = "user", summary = "Changes and log lines as events", handle = show },
}
