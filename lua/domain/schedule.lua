-- The mutex truth table: which job may start while which others run, and for whom it waits.
--
-- A job here is {id=, operation=, server_id=, overlay_id=, overlays=set of overlay ids} where overlays are
-- those of the server's blueprint (server operations only).
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
  install = "the installation of the game", refresh = "the Workshop refresh", build = "the build of overlay %d",
  server = "%s of server %d",
}

local function describe(running)
  local kind = M.kind(running.operation)
  if kind == "build" then return WORDS.build:format(running.overlay_id) end
  if kind == "server" then return WORDS.server:format(running.operation, running.server_id) end
  return WORDS[kind]
end

--- Why a job cannot start now.
-- @param candidate table job
-- @param running table list of jobs that run
-- @param mounted table|nil list of {name=} of servers that have the candidate's overlay mounted
-- @return string|nil a phrase that follows "waits for", nil when it can start
function M.blocker(candidate, running, mounted)
  local row = M.TABLE[M.kind(candidate.operation)]
  for _, other in ipairs(running) do
    if row[M.kind(other.operation)](candidate, other) then return ("%s (job %d)"):format(describe(other), other.id) end
  end
  if candidate.overlay_id and mounted and #mounted > 0 then
    local more = #mounted > 1 and (" and %d more servers"):format(#mounted - 1) or ""
    return ("the stop of the server “%s”%s, which has this overlay mounted"):format(mounted[1].name, more)
  end
end

return M
