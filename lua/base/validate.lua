-- Checks a raw table from any door against a schema: known names, right types, bounded sizes, clean text.
--
-- A schema is a list of fields: {name=, type=, required=, min=, max=, items=, fields=, one_of=,
-- pattern=, trim=, secret=, help=}. Types: "string" (one line; min and max count characters, 1000 unless
-- told), "text" (lines; max counts bytes, 65536 unless told; \r\n becomes \n), "integer", "boolean",
-- "id" (integer from 1), "list" (of items, a field without a name; max 500 unless told),
-- "object" (of fields, a schema). pattern is function(value) → true | nil, problem.
local errors = require "base.errors"
local text = require "base.text"

local M = {}

local MAX_STRING, MAX_TEXT, MAX_LIST = 1000, 65536, 500
local MAX_UNKNOWN = 20 -- names that are told
local checkers = {}

local function between(size, field, max, unit)
  if field.min and size < field.min then
    if size == 0 then return nil, "must not be empty" end
    return nil, ("must have at least %d %s"):format(field.min, unit)
  end
  if size > max then return nil, ("must have at most %d %s"):format(max, unit) end
  return true
end

function checkers.string(field, value)
  if type(value) ~= "string" then return nil, "must be a text" end
  if #value > (field.max or MAX_STRING) * 4 then
    return nil, ("must have at most %d characters"):format(field.max or MAX_STRING)
  end
  if field.trim then value = text.trim(value) end
  local problem = text.problem(value)
  if problem then return nil, problem end
  local ok, message = between(utf8.len(value), field, field.max or MAX_STRING, "characters")
  if not ok then return nil, message end
  return value
end

function checkers.text(field, value)
  if type(value) ~= "string" then return nil, "must be a text" end
  local ok, message = between(#value, field, field.max or MAX_TEXT, "bytes")
  if not ok then return nil, message end
  value = value:gsub("\r\n", "\n")
  local problem = text.problem(value, "\n\t")
  if problem then return nil, problem end
  return value
end

function checkers.integer(field, value)
  local number = type(value) == "number" and math.tointeger(value)
  if not number then return nil, "must be a whole number" end
  if field.min and number < field.min or field.max and number > field.max then
    if not field.max then return nil, ("must be at least %d"):format(field.min) end
    return nil, ("must be between %d and %d"):format(field.min or math.mininteger, field.max)
  end
  return number
end

function checkers.id(_, value)
  return checkers.integer({ min = 1 }, value)
end

function checkers.boolean(_, value)
  if type(value) ~= "boolean" then return nil, "must be true or false" end
  return value
end

local function is_list(value)
  if type(value) ~= "table" then return false end
  local count = 0
  for key in pairs(value) do
    if math.type(key) ~= "integer" then return false end
    count = count + 1
  end
  return count == #value
end

local function check_value(field, value)
  local checker = checkers[field.type] or error("unknown type " .. tostring(field.type))
  local checked, message = checker(field, value)
  if checked == nil then return nil, message end
  if field.one_of then
    for _, allowed in ipairs(field.one_of) do
      if checked == allowed then return checked end
    end
    return nil, "must be one of " .. table.concat(field.one_of, ", ")
  end
  if field.pattern then
    local ok, problem = field.pattern(checked)
    if not ok then return nil, problem or "cannot be used" end
  end
  return checked
end

function checkers.list(field, value)
  if not is_list(value) then return nil, "must be a list" end
  local ok, message = between(#value, field, field.max or MAX_LIST, "entries")
  if not ok then return nil, message end
  local out = {}
  for i, item in ipairs(value) do
    local checked, problem = check_value(field.items, item)
    if checked == nil then return nil, ("entry %d %s"):format(i, problem) end
    out[i] = checked
  end
  return out
end

local function shown_name(key)
  return type(key) == "string" and text.shorten(text.printable(key:sub(1, 200)), 60) or tostring(key)
end

local function check_fields(schema, raw)
  local out, problems, known = {}, {}, {}
  for _, field in ipairs(schema) do
    known[field.name] = true
    local value = raw[field.name]
    if value ~= nil then
      out[field.name], problems[field.name] = check_value(field, value)
    elseif field.required then
      problems[field.name] = "is missing"
    end
  end
  local unknown = 0
  for key in pairs(raw) do
    if not known[key] then
      problems[shown_name(key)], unknown = "is not known here", unknown + 1
      if unknown == MAX_UNKNOWN then break end
    end
  end
  return out, problems
end

function checkers.object(field, value)
  if type(value) ~= "table" then return nil, "must be an object" end
  local out, problems = check_fields(field.fields, value)
  local name, problem = next(problems)
  if name then return nil, name .. " " .. problem end
  return out
end

--- Check a raw table.
-- @param schema table list of fields
-- @param raw any what a door received
-- @return table|nil args, only names of the schema
-- @return table|nil errors.common.invalid with fields {name = problem}, or malformed
function M.check(schema, raw)
  if type(raw) ~= "table" then
    return nil, errors.common.malformed { text = "This must be an object with named values." }
  end
  local out, problems = check_fields(schema, raw)
  if next(problems) then return nil, errors.common.invalid { fields = problems } end
  return out
end

local TRUE = { ["1"] = true, ["true"] = true, on = true, yes = true }
local FALSE = { [""] = true, ["0"] = true, ["false"] = true, off = true, no = true }
local coerce = {}

function coerce.integer(value)
  if value:match("^%s*$") then return nil end
  return value:match("^%s*[+-]?%d+%s*$") and math.tointeger(tonumber(value)) or value
end

coerce.id = coerce.integer

function coerce.boolean(value)
  if TRUE[value] then return true end
  if FALSE[value] then return false end
  return value
end

--- A text area is a list: one entry a line, blank lines do not count.
function coerce.list(value, field)
  local out = {}
  for _, line in ipairs(text.lines(value)) do
    if line:match("%S") then
      local item = text.trim(line)
      local convert = coerce[field.items.type]
      out[#out + 1] = convert and convert(item, field.items) or item
    end
  end
  return out
end

--- Turn the strings of an HTML form or a command line into the types of a schema.
-- What cannot be turned stays a string, so that check names the field. Tables pass as they are; an empty
-- number counts as absent.
-- @param schema table list of fields
-- @param form table name → string, or table for fields a page has put together itself
-- @return table raw, for check
function M.from_form(schema, form)
  local raw, types = {}, {}
  for _, field in ipairs(schema) do types[field.name] = field end
  for name, value in pairs(form) do
    local field = types[name]
    local convert = field and type(value) == "string" and coerce[field.type]
    if convert then value = convert(value, field) end
    raw[name] = value
  end
  return raw
end

return M
