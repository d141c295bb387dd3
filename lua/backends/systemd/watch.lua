-- Notices which servers' units changed: systemd tells over the bus. After a time without it every server is in doubt.
local units = require "domain.units"

local M = {}

-- Each takes a few hundred signals; a flood of them must not hold up the jobs.
local TURNS = 8

local Watcher = {}
Watcher.__index = Watcher

local function take_all(self, changed)
  for _, entry in ipairs(self.connection:ask("list", units.SERVERS) or {}) do
    local name = units.server_of(entry.unit)
    if name then changed[name], self.known[name] = "status", true end
  end
  for name in pairs(self.known) do changed[name] = "status" end
end

-- What was received already makes no descriptor readable again.
local function is_more_here(self)
  local _, due_ms = self.connection:interest()
  return due_ms == 0
end

--- The servers whose state may have changed since the last call; at the first, all that systemd has loaded.
-- @return table name → "status"
function Watcher:changed()
  local changed = {}
  for _ = 1, TURNS do
    self.connection:turn()
    if not is_more_here(self) then break end
  end
  local seen, all = self.connection:news()
  if all then take_all(self, changed) end
  for unit in pairs(seen) do
    local name = units.server_of(unit)
    if name then changed[name], self.known[name] = "status", true end
  end
  return changed
end

--- @return integer|nil the descriptor that is readable when changed() has something to say; nil when nothing may tell
function Watcher:fd()
  if is_more_here(self) then return nil end
  return (next((self.connection:interest())))
end

--- @param connection table backends.systemd.connection, used by nobody else
function M.new(connection)
  connection:follow()
  return setmetatable({ connection = connection, known = {} }, Watcher)
end

return M
