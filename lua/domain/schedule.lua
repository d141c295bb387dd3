-- The mutex truth table: which job may start while which others run, and for whom it waits.
--
-- A job here is {id=, operation=, server_id=, overlay_id=, overlays=set of overlay ids} where overlays are
-- those of the server's blueprint (server operations only; absent as long as no build is in sight).
local job = require "domain.job"

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

local WORDS = {
  install = function() return "the installation of the game" end,
  refresh = function() return "the Workshop refresh" end,
  build = function(running) return ("the build of overlay %d"):format(running.overlay_id) end,
  server = function(running) return ("%s of server %d"):format(running.operation, running.server_id) end,
}

local function mounted_words(mounted)
  local first, more = "the stop of the server “" .. mounted[1].name .. "”", #mounted - 1
  if more == 0 then return first .. ", which has this overlay mounted" end
  return ("%s and %d more server%s, which have this overlay mounted"):format(first, more, more > 1 and "s" or "")
end

--- Why a job cannot start now.
-- @param candidate table job
-- @param running table list of jobs that run
-- @param mounted table|nil list of {name=} of servers that have the candidate's overlay mounted
-- @return string|nil a phrase that follows "waits for", nil when it can start
function M.blocker(candidate, running, mounted)
  local row = M.TABLE[M.kind(candidate.operation)]
  for _, other in ipairs(running) do
    local kind = M.kind(other.operation)
    if row[kind](candidate, other) then return ("%s (job %d)"):format(WORDS[kind](other), other.id) end
  end
  if mounted and #mounted > 0 then return mounted_words(mounted) end
end

return M
