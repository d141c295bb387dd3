-- One's own browser sessions: seeing where one is logged in, and ending what one does not know.
local auth = require "services.auth"
local errors = require "base.errors"
local unit = require "services.unit"

local M = {}

M.errors = errors.registry("session", {
  not_found = { status = 404, text = "This session has ended already." },
})

local Sessions = {}
Sessions.__index = Sessions

-- The number of the session the actor came with; 0, which is none, for other doors.
local function own_number(actor)
  return math.tointeger(tonumber((actor.pass or ""):match("^session:(%d+)$"))) or 0
end

--- The actor's sessions that are not over, the newest first.
-- @param options {limit=, before=}|nil
-- @return table list of {id, browser, system, address, created_at, seen_at, own=boolean}, with next
function Sessions:list(actor, options)
  options = options or {}
  local now, own = self.ports.clock.now(), own_number(actor)
  local list = self.ports.store.sessions:list {
    user_id = actor.id or 0, limit = math.min(options.limit or 50, 200), before = options.before,
    created_after = now - auth.MAX_AGE_MS, seen_after = now - auth.MAX_IDLE_MS,
  }
  for _, session in ipairs(list) do session.own = session.id == own end
  return list
end

local function ended(act, number)
  act:audit("session.end", "session:" .. number, "user:" .. act.actor.id)
  act:ring("session:" .. number)
end

--- End one of the actor's sessions; the streams it opened end.
-- @return table|nil {id}
-- @return table|nil err not_found
function Sessions:finish(actor, id)
  return unit.act(self.ports, actor, function(act)
    if not self.ports.store.sessions:remove_one(actor.id or 0, id) then return nil, M.errors.not_found() end
    ended(act, id)
    return { id = id }
  end)
end

--- End the actor's sessions but the one they came with.
-- @return table {count} how many there were
function Sessions:end_others(actor)
  return unit.act(self.ports, actor, function(act)
    local numbers = self.ports.store.sessions:remove_others(actor.id or 0, own_number(actor))
    for _, number in ipairs(numbers) do ended(act, number) end
    return { count = #numbers }
  end)
end

--- @param ports table {db, store, clock, hub}
function M.new(ports)
  return setmetatable({ ports = ports }, Sessions)
end

return M
