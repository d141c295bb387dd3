-- A scene for specs of jobs: a user, overlays, blueprints and servers as rows of a database.
local database = require "spec.support.database"

local M = {}

local Scene = {}
Scene.__index = Scene

--- Add an overlay.
-- @return integer id
function Scene:overlay(name)
  return assert(self.store.overlays:create {
    name = name, type = "script", script = "true", user_id = self.user.id, at = 1,
  })
end

--- Add a server with a blueprint of its own.
-- @param overlays table|nil list of overlay ids
-- @return integer id
function Scene:server(name, overlays)
  self.port = self.port + 1
  local blueprint = assert(self.store.blueprints:create {
    user_id = self.user.id, name = name, arguments = {}, config = {}, at = 1,
  })
  local layers = {}
  for i, id in ipairs(overlays or {}) do layers[i] = { id = id, expose_server_cfg = false } end
  self.store.blueprints:set_overlays(blueprint, layers)
  return assert(self.store.servers:create {
    user_id = self.user.id, blueprint_id = blueprint, name = name, port = self.port, hostname = name,
    rcon_password = ("p"):rep(16), at = 1,
  })
end

--- Add a queued job.
-- @param object integer|nil id of the server or the overlay
-- @return integer id
function Scene:job(operation, object)
  local kind = require("domain.job").OPERATIONS[operation]
  return self.store.jobs:create {
    operation = operation, at = 1, owner_id = self.user.id, user_id = self.user.id,
    server_id = kind == "server" and object or nil, overlay_id = kind == "overlay" and object or nil,
  }
end

--- The note of a job on why it waits.
function Scene:waits_for(id)
  return self.store.jobs:get(id).waiting_for
end

--- @param d connection|nil one in memory unless told
function M.new(d)
  d = d or database.open()
  local store = require("store").new(d)
  return setmetatable({ d = d, store = store, user = database.user(store, "alice"), port = 30000 }, Scene)
end

return M
