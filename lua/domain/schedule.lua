-- The mutex truth table: which job may start while which others run, and for whom it waits.
--
-- A job here is {id=, operation=, server_id=, overlay_id=, overlays=set of overlay ids} where overlays are
-- those of the server's blueprint (server operations only; absent as long as no build is in sight).
local job = require "domain.job"
local phrase = require "base.phrase"

local M = {}

local function always() return true end

local function same_overlay(a, b) return a.overlay_id == b.overlay_id end
local function same_server(a, b) return a.server_id == b.server_id end
local function candidate_builds_layer(a, b) return b.overlays ~= nil and b.overlays[a.overlay_id] == true end
local function running_builds_layer(a, b) return a.overlays ~= nil and a.overlays[b.overlay_id] == true end

--- kind of the candidate → kind of the running job → whether the running one keeps it from starting.
M.TABLE = {
  install = { install = always, refresh = always, build = always, server = always },
  refresh = { install = always, refresh = always, build = always, server = always },
  build = { install = always, refresh = always, build = same_overlay, server = candidate_builds_layer },
  server = { install = always, refresh = always, build = running_builds_layer, server = same_server },
}

local KINDS = { install = "install", refresh_workshop_items = "refresh", build_overlay = "build" }

--- The kind of an operation: install, refresh, build or server.
function M.kind(operation)
  assert(job.OPERATIONS[operation], "no such operation")
  return KINDS[operation] or "server"
end

--- Why jobs wait: phrases that follow "waits for".
M.reasons = phrase.registry("waits", "job", {
  install = "the installation of the game (job {job})", refresh = "the Workshop refresh (job {job})",
  build = "the build of overlay {overlay} (job {job})",
  initialize = "initialize of server {server} (job {job})", start = "start of server {server} (job {job})",
  stop = "stop of server {server} (job {job})", reset = "reset of server {server} (job {job})",
  delete = "delete of server {server} (job {job})",
  mounted = "the stop of the server “{name}”, which has this overlay mounted",
  mounted_by_two = "the stop of the server “{name}” and 1 more server, which have this overlay mounted",
  mounted_by_many = "the stop of the server “{name}” and {more} more servers, which have this overlay mounted",
  place = "the running job to end", places = "one of {limit} running jobs to end",
})

local R = M.reasons

local function behind(other)
  local kind = M.kind(other.operation)
  if kind == "build" then return R.build { overlay = other.overlay_id, job = other.id } end
  if kind == "server" then return R[other.operation] { server = other.server_id, job = other.id } end
  return R[kind] { job = other.id }
end

local function behind_mounts(mounted)
  local name, more = mounted[1].name, #mounted - 1
  if more == 0 then return R.mounted { name = name } end
  if more == 1 then return R.mounted_by_two { name = name } end
  return R.mounted_by_many { name = name, more = more }
end

--- Why a job waits that could start, but for the jobs at work.
-- @param limit integer jobs at once
-- @return table phrase
function M.full(limit)
  return limit == 1 and R.place() or R.places { limit = limit }
end

--- Why a job cannot start now.
-- @param candidate table job
-- @param running table list of jobs that run
-- @param mounted table|nil list of {name=} of servers that have the candidate's overlay mounted
-- @return table|nil phrase of M.reasons; nil when it can start
function M.blocker(candidate, running, mounted)
  local row = M.TABLE[M.kind(candidate.operation)]
  for _, other in ipairs(running) do
    local kind = M.kind(other.operation)
    if row[kind](candidate, other) then return behind(other) end
  end
  if mounted and #mounted > 0 then return behind_mounts(mounted) end
end

return M
