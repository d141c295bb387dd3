-- Rings the bells for what the command line changed: it works on the database from a process of its own.
local M = {}

local Outside = {}
Outside.__index = Outside

local PAGE = 200

-- Who listens for an audit entry: open pages for objects, the streams of a user who lost a right.
local function topic_of(entry)
  local object = entry.object:match("^(%l+):%d+$")
  if object == "user" then return entry.object end
  if object == "token" then return entry.detail:match("^user:%d+$") end
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

--- The task: never returns.
-- @param tick_ms integer between looks
function Outside:run(tick_ms)
  while true do
    local ok, raised = pcall(self.look, self)
    if not ok then self.ports.log:warning("changes of other processes: %s", tostring(raised)) end
    self.ports.tasks:sleep(tick_ms, "changes of other processes")
  end
end

--- @param ports table {store, hub, log, tasks}
function M.new(ports)
  local newest = ports.store.audit:newest(1)[1]
  return setmetatable({ ports = ports, last = newest and newest.id or 0 }, Outside)
end

return M
