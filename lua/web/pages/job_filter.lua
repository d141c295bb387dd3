-- The filters of the list of jobs: out of the query, and the links that change one of them.
local errors = require "base.errors"

local M = {}

local STATES = { "queued", "running", "succeeded", "failed", "cancelled", "lost" }
local KINDS = { "build_overlay", "start", "stop", "reset", "initialize", "delete" }
local NAMES = { "state", "operation", "object" }

local Filter = {}
Filter.__index = Filter

--- The address of the list with this filter, one of its parts changed.
-- @param name string|nil "state", "operation", "object" or "before"
-- @param value string|nil nil takes the part out
-- @return string
function Filter:address(name, value)
  local parts = {}
  for _, one in ipairs { "state", "operation", "object", "before" } do
    local is = self[one]
    if one == "before" then is = nil end
    if one == name then is = value end
    if is then parts[#parts + 1] = ("%s=%s"):format(one, is) end
  end
  return "/jobs" .. (#parts > 0 and "?" .. table.concat(parts, "&") or "")
end

--- The filter as arguments of job.list.
function Filter:arguments()
  return { limit = 50, before = self.before, state = self.state, operation = self.operation,
    server_id = self.server_id, overlay_id = self.overlay_id }
end

--- The links of all states; the first is for any.
-- @return table list of {name=|nil, address=, current=boolean}
function Filter:states()
  local out = { { address = self:address("state"), current = not self.state } }
  for i, state in ipairs(STATES) do
    out[i + 1] = { name = state, address = self:address("state", state), current = state == self.state }
  end
  return out
end

--- The kinds of jobs an actor can come upon.
function Filter:kinds(actor) -- luacheck: ignore 212/self
  local out = table.move(KINDS, 1, #KINDS, 1, {})
  if actor.admin then out[#out + 1] = "install" end
  return out
end

--- The objects to choose from: those of the newest jobs, and the one that is chosen.
-- @param objects table list of services.jobs:objects
-- @return table list of {value=, name=|nil, id=, server=boolean, selected=boolean}
function Filter:objects(objects)
  local out, known = {}, false
  for i, one in ipairs(objects) do
    local value = one.server_id and "server:" .. one.server_id or "overlay:" .. one.overlay_id
    out[i] = { value = value, name = one.name, id = one.server_id or one.overlay_id, server = one.server_id ~= nil,
      selected = value == self.object }
    known = known or out[i].selected
  end
  if self.object and not known then
    out[#out + 1] = { value = self.object, id = self.server_id or self.overlay_id, server = self.server_id ~= nil,
      selected = true }
  end
  return out
end

--- The parts that are set, each with the address of the list without it.
-- @return table list of {name=, address=}
function Filter:parts()
  local out = {}
  for _, name in ipairs(NAMES) do
    if self[name] then out[#out + 1] = { name = name, address = self:address(name) } end
  end
  return out
end

local function given(text)
  return text ~= "" and text or nil
end

local function number(text)
  return text and #text < 16 and math.tointeger(tonumber(text:match "^%d+$"))
end

--- Read the filter of a request; states and operations are checked by the action.
-- @param query table of web.request
-- @return table|nil filter
-- @return table|nil err
function M.of(query)
  local object = given(query.object)
  local kind, id = (object or ""):match "^(%l+):(%d+)$"
  local filter = setmetatable({
    state = given(query.state), operation = given(query.operation), object = object,
    before = number(query.before) or nil,
    server_id = kind == "server" and number(id) or nil, overlay_id = kind == "overlay" and number(id) or nil,
  }, Filter)
  if object and not (filter.server_id or filter.overlay_id) then return nil, errors.common.not_found() end
  return filter
end

return M
