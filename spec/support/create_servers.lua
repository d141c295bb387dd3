-- A process of its own that creates servers as fast as it can: create_servers.lua DATABASE BLUEPRINT NUMBER COUNT.
package.path = require("host.runtime").share_dir .. "/?.lua;" .. package.path
local support = require "spec.support.app"

local path, blueprint_id, number, count = ...
local app = support.new { db = assert(require("store.db").open(path)) }
for i = 1, tonumber(count) do
  local server, err = app.services.servers:create(app.users.bob,
    { name = number .. "-" .. i, blueprint_id = math.tointeger(tonumber(blueprint_id)) })
  print(server and "made" or err.code)
end
app.ports.db:close()
