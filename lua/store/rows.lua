-- What the table modules share: booleans, pages, and constraint failures as words.
local job_rules = require "domain.job"
local phrase = require "base.phrase"

local M = {}

local unfinished = {}
for _, state in ipairs(job_rules.STATES) do
  if not job_rules.final(state) then unfinished[#unfinished + 1] = ("'%s'"):format(state) end
end

--- The condition on a job that is not over.
M.UNFINISHED = ("state IN (%s)"):format(table.concat(unfinished, ", "))

--- Turn 0 and 1 into booleans.
-- @param row table|nil changed in place
-- @param ... string names of columns
-- @return table|nil row
function M.flags(row, ...)
  if not row then return nil end
  for _, name in ipairs { ... } do row[name] = row[name] == 1 end
  return row
end

--- Read a column that is kept as a packed phrase, or as a text, as English. The phrase itself is behind the row and not
-- in it: what shows all columns of a row has the English alone.
-- @param row table|nil changed in place
-- @param column string
-- @param name string under which the row has the phrase
-- @return table|nil row
function M.explained(row, column, name)
  local found = row and phrase.unpack(row[column])
  if not found then return row end
  row[column] = tostring(found)
  return setmetatable(row, { __index = { [name] = found } })
end

--- One page of a list that was read with one row more than asked for.
-- @param list table of rows with an id
-- @param limit integer
-- @return table list, with next = the id to go on from when there are more
function M.page(list, limit)
  if #list > limit then
    list[#list] = nil
    list.next = list[limit].id
  end
  return list
end

--- The id of an insert (or the count of an update), or the column whose value is taken.
-- Any other constraint is a fault of ours and raises.
-- @param changes integer|nil what d:run returned
-- @param value integer|string id or message
-- @param code string|nil
-- @return integer|nil
-- @return string|nil column, for example "port"
function M.unique(changes, value, code)
  if changes then return value end
  if code ~= "SQLITE_CONSTRAINT_UNIQUE" then error({ code = code, message = value }, 0) end
  return nil, value:match("%.([%l_]+)$") or "name"
end

--- As unique, for an update: how many rows changed.
function M.changed(changes, value, code)
  if changes then return changes end
  return M.unique(changes, value, code)
end

return M
