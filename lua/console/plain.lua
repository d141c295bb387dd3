-- Copies plain data between a session and the services: neither runs the other's metamethods.
local M = {}

local MAX_DEPTH <const> = 16
local MAX_VALUES <const> = 100000

local PLAIN <const> = { string = true, number = true, boolean = true }

local copy

local function copy_table(value, depth, budget)
  if depth >= MAX_DEPTH then return nil, "is nested too deep" end
  local out = {}
  for key, item in next, value do
    if type(key) ~= "string" and math.type(key) ~= "integer" then
      return nil, ("has a %s as a key"):format(type(key))
    end
    local copied, problem = copy(item, depth + 1, budget)
    if copied == nil then return nil, problem end
    out[key] = copied
  end
  return out
end

function copy(value, depth, budget)
  budget.left = budget.left - 1
  if budget.left < 0 then return nil, "has too many values" end
  if PLAIN[type(value)] then return value end
  if type(value) == "table" then return copy_table(value, depth, budget) end
  return nil, ("holds a %s"):format(type(value))
end

--- Copy strings, numbers, booleans and tables of them, without metatables.
-- @param value any
-- @return any the copy | nil, string what is wrong with it, to follow its name in a sentence
function M.copy(value)
  return copy(value, 0, { left = MAX_VALUES })
end

return M
