-- Overlays: names, scripts and builds, wiping and deleting their files.
local access = require "domain.access"
local errors = require "base.errors"
local topics = require "domain.topics"
local unit = require "services.unit"
local use = require "services.overlay_use"
local validate = require "base.validate"
local version = require "domain.version"

local M = {}

M.errors = require "services.overlay_errors"

local DIRECTORY_MODE = 493 -- 0755: a sandbox of another user reads it

local Overlays = {}
Overlays.__index = Overlays

local function path_of(id)
  return ("overlays/%d"):format(id)
end

-- The overlay when the actor may change it.
local function changeable(self, actor, id)
  local overlay = self.ports.store.overlays:get(id)
  if not overlay then return nil, M.errors.not_found() end
  local ok, why = access.may_change(actor, overlay)
  if not ok then return nil, M.errors[why]() end
  return overlay
end

--- Overlays the actor can use.
-- @param options {limit=, after=, name=|nil a part of their names}|nil
-- @return table list with next; each that the actor may change with job = the unfinished job on it, if there is one
function Overlays:list(actor, options)
  local page = unit.page(actor, options)
  page.name = options and options.name
  local list, jobs = self.ports.store.overlays:list(page), self.ports.store.jobs:on_overlays()
  for _, overlay in ipairs(list) do
    if access.may_change(actor, overlay) then overlay.job = jobs[overlay.id] end
  end
  return list
end

--- What the overlays the actor can use take on disk, as far as it was measured.
-- @param limit integer how many to name
-- @return table {bytes= and count= of all that hold something, overlays=list of {id, name, owner|nil, disk_bytes,
--   disk_files}, the largest first}
function Overlays:disk(actor, limit)
  local largest, bytes, count = self.ports.store.overlays:largest {
    limit = limit, user_id = not actor.admin and assert(actor.id) or nil,
  }
  return { overlays = largest, bytes = bytes, count = count }
end

--- The overlays that fit into the blueprints of a user, by name.
-- @param owner_id integer of the blueprint; the actor may change it
-- @return table list of {id, name}
function Overlays:choices(actor, owner_id)
  assert(actor.admin or actor.id == owner_id, "someone else's choices")
  return self.ports.store.overlays:names(owner_id)
end

--- An overlay.
-- @return table|nil as of store.overlays, with used_by=list of services.overlay_use, used_elsewhere=how many blueprints
--   of others have it too
-- @return table|nil err
function Overlays:get(actor, id)
  local overlay = self.ports.store.overlays:get(id)
  if not overlay or not access.may_see(actor, overlay) then return nil, M.errors.not_found() end
  overlay.used_by = use.of(self.ports.store, actor, id)
  overlay.used_elsewhere = overlay.uses - #overlay.used_by
  return overlay
end

local function enqueue_build(self, actor, act, id)
  local job, err = self.services.jobs:enqueue(actor, { operation = "build_overlay", overlay_id = id })
  if not job then return nil, err end
  act:ring_job(job)
  return job
end

local function make_directory(self, id)
  local ok, message, code = self.ports.fs:mkdirs(path_of(id), DIRECTORY_MODE)
  if ok then return true end
  self.ports.log:error("directory of overlay %d: %s", id, tostring(message))
  local name = (code == "ENOSPC" or code == "EDQUOT") and "storage_full" or "unavailable"
  return nil, errors.common[name] { detail = message }
end

--- Create an overlay and its directory; a script is built at once.
-- @param args {name=, type=|nil, script=|nil, system_wide=boolean|nil}
-- @return table|nil overlay
-- @return table|nil err name_taken, forbidden
function Overlays:create(actor, args)
  if args.system_wide and not actor.admin then
    return nil, M.errors.create_forbidden()
  end
  if not args.system_wide and not actor.id then return nil, M.errors.no_user() end
  return unit.act(self.ports, actor, function(act)
    local id = self.ports.store.overlays:create {
      name = args.name, type = args.type or "script", script = args.script or "", at = act.now,
      user_id = not args.system_wide and actor.id or nil,
    }
    if not id then return nil, M.errors.name_taken { fields = { name = validate.problems.taken() } } end
    act:audit("overlay.create", "overlay:" .. id, args.name)
    if (args.script or "") ~= "" then
      local job, err = enqueue_build(self, actor, act, id)
      if not job then return nil, err end
    end
    local ok, err = make_directory(self, id)
    if not ok then return nil, err end
    return self.ports.store.overlays:get(id)
  end)
end

--- Rename an overlay.
-- @param args {name=}
-- @return table|nil overlay
-- @return table|nil err
function Overlays:update(actor, id, args)
  return unit.act(self.ports, actor, function(act)
    local overlay, err = changeable(self, actor, id)
    if not overlay then return nil, err end
    if args.name and args.name ~= overlay.name then
      if not self.ports.store.overlays:rename(id, args.name, act.now) then
        return nil, M.errors.name_taken { fields = { name = validate.problems.taken() } }
      end
      act:audit("overlay.update", "overlay:" .. id, args.name)
    end
    return self.ports.store.overlays:get(id)
  end)
end

--- Save a script and enqueue its build.
-- @param accepted table|nil versions that may be replaced, as of domain.version
-- @return table|nil job
-- @return table|nil err not_script, changed
function Overlays:save_script(actor, id, script, accepted)
  return unit.act(self.ports, actor, function(act)
    local overlay, err = changeable(self, actor, id)
    if not overlay then return nil, err end
    if overlay.type ~= "script" then return nil, M.errors.not_script() end
    local overtaken = version.overtaken(self.ports.crypto, accepted, overlay.script, script)
    if overtaken then return nil, version.errors.overlay.changed() end
    self.ports.store.overlays:set_script(id, script, act.now)
    act:audit("overlay.save_script", "overlay:" .. id, ("%d bytes"):format(#script))
    return enqueue_build(self, actor, act, id)
  end)
end

--- Enqueue a build.
-- @return table|nil job
-- @return table|nil err
function Overlays:build(actor, id)
  return unit.act(self.ports, actor, function(act)
    local overlay, err = changeable(self, actor, id)
    if not overlay then return nil, err end
    if overlay.type ~= "script" then return nil, M.errors.not_script() end
    return enqueue_build(self, actor, act, id)
  end)
end

local function names(list)
  local out = {}
  for i, object in ipairs(list) do out[i] = object.name end
  return out
end

-- Why the files of an overlay cannot be taken away now.
local function occupied(self, actor, id)
  local job = self.ports.store.overlays:busy_job(id)
  if job then
    local name = job.operation ~= "build_overlay" and "server_at_work" or job.state == "queued" and "build_waits"
      or "being_built"
    return M.errors[name] { params = { job = job.id } }
  end
  local servers = self.ports.store.overlays:mounted_by(id)
  if #servers == 0 then return nil end
  local seen = {}
  for _, server in ipairs(servers) do
    if access.may_see(actor, server) then seen[#seen + 1] = server end
  end
  if #seen == 0 then return M.errors.mounted_elsewhere() end
  return M.errors.mounted_by { params = { servers = names(seen) } }
end

-- Called when nobody else is at the files any more. From the first one on that goes the overlay counts as not built.
local function begin_wipe(self, actor, id)
  return unit.act(self.ports, actor, function(act)
    local overlay, err = changeable(self, actor, id)
    if not overlay then return nil, err end
    err = occupied(self, actor, id)
    if err then return nil, err end
    self.ports.store.overlays:set_build_status(id, "", act.now)
    self.ports.store.overlays:set_usage(id, nil)
    act:audit("overlay.wipe", "overlay:" .. id)
    return self.ports.store.overlays:get(id)
  end)
end

local function wipe_failure(self, id, message, code)
  if code == "unfinished" then return M.errors.unfinished() end
  if code == "busy" then return M.errors.wipe_waits { params = { reason = message } } end
  self.ports.log:error("wipe of overlay %d: %s", id, tostring(message))
  return M.errors.not_removed { params = { reason = message } }
end

-- The files are gone, whether that can be noted or not.
local function note_empty(self, overlay)
  unit.try(function() self.ports.store.overlays:set_usage(overlay.id, { bytes = 0, files = 0 }) end)
  for _, topic in ipairs(topics.of_audited("overlay:" .. overlay.id)) do self.ports.hub.ring(topic) end
  overlay.disk_bytes, overlay.disk_files = 0, 0
  return overlay
end

--- Remove all files of an overlay, through the sandbox. May block.
-- @return table|nil overlay
-- @return table|nil err busy, mounted, unfinished, wipe_failed
function Overlays:wipe(actor, id)
  local overlay, err = changeable(self, actor, id)
  if not overlay then return nil, err end
  err = occupied(self, actor, id)
  if err then return nil, err end
  local ok, message, code = self.ports.backend:wipe(id, function()
    overlay, err = begin_wipe(self, actor, id)
    return overlay ~= nil
  end)
  if ok then return note_empty(self, overlay) end
  return nil, err or wipe_failure(self, id, message, code)
end

--- Remove all files of a script overlay, then enqueue a build that fills it anew. May block.
-- @return table|nil job
-- @return table|nil err as of wipe, not_script
function Overlays:rebuild(actor, id)
  local overlay, err = changeable(self, actor, id)
  if overlay and overlay.type ~= "script" then err = M.errors.not_script() end
  if not err then overlay, err = self:wipe(actor, id) end
  if err then return nil, err end
  return self:build(actor, overlay.id)
end

--- Why the files of an overlay that the actor may change cannot be taken away now.
-- @return table|nil err busy, mounted
function Overlays:obstacle(actor, id)
  return occupied(self, actor, id)
end

local function removable(self, actor, id)
  local overlay, err = changeable(self, actor, id)
  if not overlay then return nil, err end
  local users = self.ports.store.overlays:used_by(id)
  if #users > 0 then
    local seen = {}
    for _, blueprint in ipairs(users) do
      if access.may_see(actor, blueprint) then seen[#seen + 1] = blueprint end
    end
    if #seen == 0 then return nil, M.errors.used_elsewhere() end
    return nil, M.errors.used_by { params = { blueprints = names(seen) } }
  end
  err = occupied(self, actor, id)
  if err then return nil, err end
  return overlay
end

--- Delete an overlay that no blueprint uses, and its files. May block.
-- @return table|nil the overlay that was
-- @return table|nil err in_use, busy, mounted, wipe_failed
function Overlays:delete(actor, id)
  local overlay, err = removable(self, actor, id)
  if overlay then overlay, err = self:wipe(actor, id) end
  if not overlay then return nil, err end
  overlay, err = unit.act(self.ports, actor, function(act)
    local again, problem = removable(self, actor, id)
    if not again then return nil, problem end
    self.ports.store.overlays:remove(id)
    act:audit("overlay.delete", "overlay:" .. id, again.name)
    return again
  end)
  if not overlay then return nil, err end
  local removed, message = self.ports.backend:discard(id)
  if not removed then self.ports.log:error("remains of overlay %d: %s", id, tostring(message)) end
  return overlay
end

--- @param ports table {db, store, clock, hub, fs, backend, crypto, log}
-- @param services table the other services
function M.new(ports, services)
  return setmetatable({ ports = ports, services = services }, Overlays)
end

return M
