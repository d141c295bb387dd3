-- State machines as tables: a list of {name, from, to}; a step that is not listed raises with both names.
local M = {}

local Machine = {}
Machine.__index = Machine

--- Whether an event may happen in a state.
-- @param event string
-- @param from string
-- @return boolean
function Machine:can(event, from)
  local steps = self.steps[event] or error("no event " .. tostring(event), 2)
  return steps[from] ~= nil
end

--- The state an event leads to; raises "running cannot enqueue" when there is no such step.
-- @param event string
-- @param from string
-- @return string state
function Machine:next(event, from)
  local steps = self.steps[event] or error("no event " .. tostring(event), 2)
  return steps[from] or error(("%s cannot %s"):format(tostring(from), event), 2)
end

--- Whether nothing leads out of a state.
-- @param state string
-- @return boolean
function Machine:final(state)
  if not self.states[state] then error("no state " .. tostring(state), 2) end
  return not self.left[state]
end

--- The rows the machine was made of, for documentation and specs.
-- @return table list of {name=, from=, to=}, one state in each from
function Machine:rows()
  return self.list
end

local function add(machine, name, from, to)
  local steps = machine.steps[name] or {}
  assert(not steps[from], ("%s from %s is listed twice"):format(name, from))
  steps[from] = to
  machine.steps[name] = steps
  machine.states[from], machine.states[to], machine.left[from] = true, true, true
  machine.list[#machine.list + 1] = { name = name, from = from, to = to }
end

--- Define a machine.
-- @param rows table list of {name=, from= state or list of states, to=}
-- @return table machine with next, can, final, rows
function M.define(rows)
  local machine = setmetatable({ steps = {}, states = {}, left = {}, list = {} }, Machine)
  for _, row in ipairs(rows) do
    for _, from in ipairs(type(row.from) == "table" and row.from or { row.from }) do
      add(machine, row.name, from, row.to)
    end
  end
  return machine
end

return M
