-- One action, one transaction: changes and their audit entries together, bells only after the commit.
local errors = require "base.errors"
local topics = require "domain.topics"

local M = {}

local Unit = {}
Unit.__index = Unit

--- Note a topic to ring once everything is committed.
function Unit:ring(topic)
  self.topics[#self.topics + 1] = topic
end

--- Note the bells of a job that was enqueued or changed; the scheduler looks at it.
-- @param job table
function Unit:ring_job(job)
  for _, topic in ipairs(topics.of_job(job)) do self:ring(topic) end
  self:ring("scheduler")
end

--- Note in the audit what is being done.
-- @param action string name of the action
-- @param object string|nil e.g. "server:7"; whoever looks at it is told after the commit
-- @param detail string|nil never a secret
function Unit:audit(action, object, detail)
  for _, topic in ipairs(topics.of_audited(object)) do self:ring(topic) end
  self.store.audit:add {
    at = self.now, user_id = self.actor.id, door = self.actor.door or "service", action = action,
    object = object, detail = detail,
  }
end

--- Run fn(unit) in one transaction; nothing stays when it raises or returns nil.
-- @param ports table {db, store, clock, hub}
-- @param actor table
-- @param fn function(unit) → value | nil, err; unit.now is the time of the action
-- @return what fn returned
function M.act(ports, actor, fn)
  local unit = setmetatable(
    { store = ports.store, actor = actor, now = ports.clock.now(), topics = {} }, Unit)
  local result = table.pack(ports.db:transaction(fn, unit))
  if result[1] then
    for _, topic in ipairs(unit.topics) do ports.hub.ring(topic) end
  end
  return table.unpack(result, 1, result.n)
end

--- Do something that may as well not happen, such as noting when a session was last seen: a full disk or a
-- busy database must not keep people from reading.
-- @param fn function
function M.try(fn, ...)
  local ok, raised = pcall(fn, ...)
  if not ok and not errors.from_database(raised) then error(raised, 0) end
end

--- The options of a list as the store wants them: bounded, and only the actor's own unless an admin asks.
-- @param actor table
-- @param options table|nil {limit=, after=}
-- @return table {limit=, after=, user_id=|nil}
function M.page(actor, options)
  options = options or {}
  return {
    limit = math.min(options.limit or 50, 200), after = options.after or 0,
    user_id = not actor.admin and assert(actor.id) or nil,
  }
end

return M
