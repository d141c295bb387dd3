-- Rings the bells for what the command line changed: it works on the database from a process of its own.
local M = {}

local Outside = {}
Outside.__index = Outside

local PAGE = 200
-- How often to look when nobody tells of changes.
local TICK_MS = 500

-- Who listens for an audit entry: open pages for objects, the streams of those who lost a right.
local function topic_of(entry)
  local object = entry.object:match("^(%l+):%d+$")
  if object == "user" or object == "token" then return entry.object end
  return object and object .. "s"
end

--- Look at the audit entries since the last look.
function Outside:look()
  repeat
    local page = self.ports.store.audit:after(self.last, PAGE)
    for _, entry in ipairs(page) do
      self.last = entry.id
      local topic = entry.door == "cli" and topic_of(entry)
      if topic then self.ports.hub.ring(topic) end
    end
  until #page < PAGE
end

-- Wait until a process of its own, such as a command, has closed the database: it has committed by then.
local function wait(self, files)
  local tasks = self.ports.tasks
  if not (files and files:add(self.journal, "closed")) then
    tasks:sleep(TICK_MS, "changes of other processes")
    return
  end
  tasks:readable(files:fd(), "changes of other processes")
  files:read()
end

--- The task: never returns.
-- @param changed function called when another process may have changed something
function Outside:run(changed)
  local files <close> = self.ports.watch.new()
  if files then files:add(self.journal, "closed") end
  while true do
    self.ports.tasks:try("changes of other processes", self.look, self)
    changed()
    wait(self, files)
  end
end

--- @param ports table {store, hub, tasks, watch=host.watch}
-- @param database string absolute path
function M.new(ports, database)
  local newest = ports.store.audit:newest(1)[1]
  return setmetatable({ ports = ports, last = newest and newest.id or 0, journal = database .. "-wal" }, Outside)
end

return M
