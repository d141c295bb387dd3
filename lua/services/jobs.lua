-- Jobs: enqueueing, listing, cancelling, and the streams of their logs.
local access = require "domain.access"
local errors = require "base.errors"
local job_log = require "domain.job_log"
local job_rules = require "domain.job"
local possible = require "domain.possible"
local unit = require "services.unit"

local M = {}

M.errors = errors.registry("job", {
  not_found = { status = 404, text = "No such job." },
  over = { status = 409, text = "This job is over already." },
  too_many = { status = 429, text = "200 jobs you asked for are waiting. Wait until some are done, or cancel them." },
  log_gone = { status = 410, text = "The log of this job is not kept any more: only those of the newest jobs are." },
})

-- Every job is looked at again and again as long as it waits, whoever asked for it.
local MOST_WAITING <const> = 200

local Jobs = {}
Jobs.__index = Jobs

-- Whose object a job works on; nil for the host and what is system-wide.
local function owner_of(self, request)
  local store = self.ports.store
  local object = request.server_id and store.servers:get(request.server_id)
    or request.overlay_id and store.overlays:get(request.overlay_id)
  return object and object.user_id
end

local function add(self, actor, request, now)
  local store = self.ports.store
  if request.operation == "build_overlay" then
    local queued = store.jobs:queued_build(request.overlay_id)
    if queued then return queued end
  end
  if actor.id and not actor.admin and store.jobs:waiting_of(actor.id) >= MOST_WAITING then
    return nil, M.errors.too_many()
  end
  local id = store.jobs:create {
    operation = request.operation, server_id = request.server_id, overlay_id = request.overlay_id,
    user_id = actor.id, owner_id = owner_of(self, request), at = now,
  }
  local desired = job_rules.desired(request.operation)
  if desired and request.server_id then store.servers:set_desired(request.server_id, desired, now) end
  return store.jobs:get(id)
end

local function object_of(request)
  return request.server_id and "server:" .. request.server_id or request.overlay_id and "overlay:" .. request.overlay_id
    or "host"
end

--- Enqueue a job. The caller has checked the actor's right to the object. A build of an overlay that is queued
-- already is not queued again. Within a transaction it becomes part of it, and the caller rings.
-- @param request {operation=, server_id=|nil, overlay_id=|nil}
-- @return table|nil job
-- @return table|nil err too_many: 200 that a user who is no admin asked for wait already
function Jobs:enqueue(actor, request)
  local function enqueue(act)
    local job, err = add(self, actor, request, act.now)
    if not job then return nil, err end
    self.ports.store.audit:add { at = act.now, user_id = actor.id, door = actor.door or "service",
      action = "job.enqueue", object = object_of(request), detail = request.operation }
    return job
  end
  if self.ports.db:in_transaction() then return enqueue { now = self.ports.clock.now() } end
  return unit.act(self.ports, actor, function(act)
    local job, err = enqueue(act)
    if job then act:ring_job(job) end
    return job, err
  end)
end

-- A job is seen by whoever asked for it, by the owner of its object, and by admins.
local function may_see(actor, job)
  return actor.admin or actor.id ~= nil and (job.owner_id == actor.id or job.user_id == actor.id)
end

local function seen(self, actor, id)
  local job = self.ports.store.jobs:get(id)
  if job and may_see(actor, job) then return job end
  return nil, M.errors.not_found()
end

-- Whose jobs an actor sees in lists; nil: all.
local function whose(actor)
  return not actor.admin and assert(actor.id) or nil
end

-- Whether no job can be meant: of an object that is someone else's, or that has no jobs of the kind.
local function is_contradictory(self, actor, options)
  local server = options.server_id and not actor.admin and self.ports.store.servers:get(options.server_id)
  if server and server.user_id ~= actor.id then return true end
  local on = options.operation and job_rules.OPERATIONS[options.operation]
  return options.server_id and (options.overlay_id or on and on ~= "server")
    or options.overlay_id and on and on ~= "overlay"
end

--- Jobs the actor may see, the newest first.
-- @param options {state=, operation=, server_id=, overlay_id=, limit=, before=}|nil
-- @return table list with next
function Jobs:list(actor, options)
  options = options or {}
  if is_contradictory(self, actor, options) then return {} end
  return self.ports.store.jobs:list {
    state = options.state, operation = options.operation, server_id = options.server_id,
    overlay_id = options.overlay_id, before = options.before, limit = unit.page(actor, options).limit,
    owner_id = whose(actor),
  }
end

--- The servers and overlays that the newest jobs the actor may see were about.
-- @return table list of {server_id=|nil, overlay_id=|nil, name=|nil}
function Jobs:objects(actor)
  return self.ports.store.jobs:objects(whose(actor))
end

-- The action that does the same again.
local AGAIN = {
  build_overlay = "overlay.build", start = "server.start", stop = "server.stop", install = "installation.install",
}

-- What a job worked on, while it is there; the host's own work has no row.
local function object_of_job(self, job)
  if job.server_id then return job.server_name and self.ports.store.servers:get(job.server_id) end
  if job.overlay_id then return job.overlay_name and self.ports.store.overlays:get(job.overlay_id) end
  return {}
end

--- Whether what a job did can be asked for again as it was: it is over, its object is there and has no other job.
-- @param job table of get
-- @return boolean
function Jobs:may_repeat(actor, job)
  local action = AGAIN[job.operation]
  if not action or not job_rules.final(job.state) then return false end
  local object = object_of_job(self, job)
  if not object or not access.may_change(actor, object) then return false end
  local newest = job.server_id and self:newest_of(actor, "server_id", job.server_id)
    or job.overlay_id and self:newest_of(actor, "overlay_id", job.overlay_id)
  object.busy = newest and not job_rules.final(newest.state)
  return possible.now(action, object)
end

--- A job.
-- @return table|nil {id, operation, state, server_id, overlay_id, exit_code, waiting_for, created_at, started_at,
--   finished_at, …}
-- @return table|nil err
function Jobs:get(actor, id)
  return seen(self, actor, id)
end

--- The newest job of a server or an overlay the actor may see.
-- @param column string "server_id" or "overlay_id"
-- @return table|nil
function Jobs:newest_of(actor, column, id)
  local job = self.ports.store.jobs:newest_of(column, id)
  return job and (seen(self, actor, job.id))
end

local function cancel(self, actor, id, act)
  local job, err = seen(self, actor, id)
  if not job then return nil, err end
  if not access.may_change(actor, { user_id = job.owner_id }) then return nil, M.errors.not_found() end
  if not self.ports.store.jobs:request_cancel(id, act.now) then return nil, M.errors.over() end
  act:audit("job.cancel", "job:" .. id, job.operation)
  act:ring_job(job)
  return self.ports.store.jobs:get(id)
end

--- Cancel: a queued job ends at once; a running one gets TERM, ten seconds, then KILL.
-- @return table|nil job
-- @return table|nil err not_found, over
function Jobs:cancel(actor, id)
  local job, err = unit.act(self.ports, actor, function(act) return cancel(self, actor, id, act) end)
  if not job then return nil, err end
  if job_rules.final(job.state) then self.ports.hub.close("job:" .. id, job.state) end
  return job
end

--- Where a job's log is, as host.serve streams it.
-- @param options {from= byte offset}|nil
-- @return table|nil stream {kind, path, from, format, topic, ended|nil, revoke|nil}
-- @return table|nil err not_found, log_gone
function Jobs:log_stream(actor, id, options)
  local job, err = seen(self, actor, id)
  if not job then return nil, err end
  local over, path = job_rules.final(job.state), job_log.path(id)
  if over and job.started_at and not self.ports.fs:stat(path) then return nil, M.errors.log_gone() end
  return {
    kind = "log", format = "tagged", path = self.ports.config.root .. "/" .. path,
    from = options and options.from or 0, topic = "job:" .. id, ended = over and job.state or nil,
    revoke = access.endings(actor),
  }
end

--- @param ports table {db, store, clock, hub, config, fs}
-- @param services table the other services
function M.new(ports, services)
  return setmetatable({ ports = ports, services = services }, Jobs)
end

return M
