-- The tables of the database, each behind a module of lua/store; the only code that knows SQL.
local M = {}

local TABLES = {
  audit = true, blueprints = true, figures = true, jobs = true, live = true, login_attempts = true, overlays = true,
  search = true, servers = true, sessions = true, tokens = true, users = true,
}

--- The tables of a connection. A module is loaded when its table is first used.
-- @param d host.db connection, opened by store.db
-- @return table {users=, sessions=, tokens=, overlays=, blueprints=, servers=, live=, jobs=, audit=, login_attempts=,
--   figures=}
function M.new(d)
  return setmetatable({}, {
    __index = function(tables, name)
      if not TABLES[name] then error("no table " .. tostring(name), 2) end
      local handle = require("store." .. name).new(d)
      rawset(tables, name, handle)
      return handle
    end,
  })
end

return M
