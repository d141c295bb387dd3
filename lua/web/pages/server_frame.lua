-- What the tabs of a server share: its state, what can be done now, and what would be lost.
local form = require "web.pages.form"
local job_rules = require "domain.job"
local possible = require "domain.possible"
local server_rules = require "domain.server"

local M = {}

-- Enough to find the job at work and the one behind it.
local NEWEST_JOBS <const> = 10

local BUTTONS = { "start", "stop", "restart", "reset", "delete" }

-- What makes sense now: nothing while a job works on it. What repairs a drift stands apart from the other buttons.
local function possible_now(server, job, busy)
  local may, object = {}, { actual_state = server.actual_state, busy = busy }
  for _, name in ipairs(BUTTONS) do may[name] = possible.now("server." .. name, object) end
  if job and not busy and server.desired_state ~= server.actual_state then
    may.repair = server.desired_state == "running" and "start" or "stop"
    may[may.repair] = false
  end
  return may
end

-- What a server has written itself, in words.
local function lost(app, ctx, server)
  local written = ctx.services.servers:written(server.id)
  if not written then return app.view:word(ctx, "servers.lost_unknown") end
  if written.files == 0 then return app.view:word(ctx, "servers.lost_nothing") end
  return app.view:word(ctx, "servers.lost_some", "size", app.view:size(ctx, written.bytes), "count", written.files)
end

--- What the questions before a loss say of a server.
-- @return table {name=, hostname=, lost=}
function M.asked(app, ctx, server)
  return { name = server.name, hostname = server_rules.hostname(server), lost = lost(app, ctx, server) }
end

--- A tab of a server.
-- @param tab string "log", "jobs" or "files": also the template's part
-- @param more function(server) → table what the tab alone shows
-- @param problem table|nil err of what was asked for before
-- @return table|nil response
-- @return table|nil err
function M.show(app, ctx, tab, more, problem)
  local server, err = form.read(ctx, "server.get", { id = ctx.params.id })
  if not server then return nil, err end
  local last, queued = form.current(ctx.services.jobs:list(ctx.actor, { server_id = server.id, limit = NEWEST_JOBS }))
  local busy = last and not job_rules.final(last.state)
  local data = more(server)
  data.title, data.server, data.tab, data.error, data.of = server.name, server, tab, problem, "server:" .. server.id
  data.last_job, data.queued, data.busy, data.may = last, queued, busy, possible_now(server, last, busy)
  data.outdated = not busy and ctx.services.servers:is_outdated(server)
  data.asked, data.installation = M.asked(app, ctx, server), ctx.services.installation:status()
  return app.view:page(ctx, "server", data, problem and problem.status)
end

return M
