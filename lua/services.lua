-- The services: what every door calls to change something or to read it with its owner's rights.
--
-- services.new(ports) → {users, auth, sessions, tokens, overlays, …}. Methods are called with a colon; the first
-- argument is the actor {id=|nil, username=, admin=, door="web|api|console|cli", pass="session:7"|"token:3"|nil}.
-- They return a value, or nil and an err of a registry; failures of the database raise (actions.call rescues).
--
-- ports = {db=connection, store=store.new(db), clock=, hub=, config=, crypto=, json=, log=,
--   backend=|nil, fs=root of the state directory|nil, proc=|nil}. What a service does not use may be absent.
local M = {}

local NAMES = {
  auth = true, blueprints = true, console = true, content = true, health = true, installation = true, jobs = true,
  overlays = true, search = true, servers = true, sessions = true, tokens = true, users = true,
}

--- Make the services. Each is loaded when it is first used; it gets the ports and all the services.
-- @param ports table
-- @return table
function M.new(ports)
  return setmetatable({}, {
    __index = function(services, name)
      if not NAMES[name] then error("no service " .. tostring(name), 2) end
      local service = require("services." .. name).new(ports, services)
      rawset(services, name, service)
      return service
    end,
  })
end

return M
