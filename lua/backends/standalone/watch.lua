-- Notices which servers' status or console log changed: the kernel tells (inotify). Where it cannot, because this user
-- watches too many files already, every server is taken for changed.
local instance = require "domain.instance"
local watch = require "host.watch"

local M = {}

local FOLDER = "run/servers"

local Watcher = {}
Watcher.__index = Watcher

local function give_up(self)
  if self.events then self.events:close() end
  self.events, self.statuses, self.logs = nil, nil, {}
end

-- Watch a folder; false when there is none yet.
local function add(self, folder, ...)
  if not self.events then return false end
  local id, _, code = self.events:add(self.root .. "/" .. folder, ...)
  if not id and code ~= "ENOENT" then give_up(self) end
  return id or false
end

local function add_log(self, name)
  local id = add(self, instance.paths(name).logs, "written")
  if id then self.logs[id] = name end
end

-- Every server that ever ran, and from now on what happens to it. A supervisor that ends closes its lock, however it
-- ended.
local function take_all(self, changed)
  self.dir:mkdirs(FOLDER, 488) -- 0750
  self.statuses = add(self, FOLDER, "arrived", "closed", "removed")
  for _, entry in ipairs(self.dir:list(FOLDER) or {}) do
    local name = entry.name:match("^(.+)%.json$")
    if name then
      changed[name] = "status"
      add_log(self, name)
    end
  end
end

local function take(self, event, changed)
  if event.lost or event.gone and event.id == self.statuses then
    self.statuses = nil
  elseif event.gone then
    self.logs[event.id] = nil
  elseif event.id == self.statuses then
    local name, kind = event.name:match("^(.+)%.(%l+)$")
    if kind ~= "json" and kind ~= "lock" then return end
    changed[name] = "status"
    if kind == "json" then add_log(self, name) end
  elseif self.logs[event.id] then
    local name = self.logs[event.id]
    changed[name] = changed[name] or "log"
  end
end

--- The servers that changed since the last call, each with what did: "status" (then perhaps its log too) or "log".
-- @return table name → "status" or "log"
function Watcher:changed()
  local changed = {}
  while self.events do
    local events = self.events:read()
    if not events then break end
    for _, event in ipairs(events) do take(self, event, changed) end
  end
  if not self.statuses then take_all(self, changed) end
  return changed
end

--- The descriptor that is readable when something may have changed.
-- @return integer|nil nil when nobody tells: ask now and then
function Watcher:fd()
  return self.events and self.statuses and self.events:fd() or nil
end

--- @param dir host.fs root of the state directory
-- @param root string its absolute path
function M.new(dir, root)
  return setmetatable({ dir = dir, root = root, events = watch.new(), logs = {} }, Watcher)
end

return M
