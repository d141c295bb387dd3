-- Checks a raw table from any door against a schema: known names, right types, bounded sizes, clean text.
--
-- A schema is a list of fields: {name=, type=, required=, min=, max=, items=, fields=, one_of=,
-- pattern=, trim=, blank=, secret=, visible=, help=}. Types: "string" (one line; min and max count characters, 1000
-- unless told; visible: a name, without what base.text calls invisible, and not blank), "text" (lines; max counts
-- bytes, 65536 unless told; \r\n becomes \n), "integer", "boolean", "id" (integer from 1), "list" (of items, a field
-- without a name; max 500 unless told; with blank, a form's blank lines are entries too, but for those at its end),
-- "object" (of fields, a schema). pattern is function(value) → true | nil, problem. A problem is a phrase that follows
-- the field's name.
local errors = require "base.errors"
local phrase = require "base.phrase"
local text = require "base.text"

local M = {}

local MAX_STRING, MAX_TEXT, MAX_LIST = 1000, 65536, 500
local MAX_UNKNOWN = 20 -- names that are told
local checkers = {}

--- What can be wrong with a value.
M.problems = phrase.registry("problems", "value", {
  missing = "is missing", unknown = "is not known here", unusable = "cannot be used", taken = "is taken",
  text = "must be a text", integer = "must be a whole number", boolean = "must be true or false",
  list = "must be a list", object = "must be an object", choice = "must be one of {choices}",
  empty = "must not be empty", least = "must be at least {min}", between = "must be between {min} and {max}",
  few_characters = "must have at least {min} characters", many_characters = "must have at most {max} characters",
  few_bytes = "must have at least {min} bytes", many_bytes = "must have at most {max} bytes",
  few_entries = "must have at least {min} entries", many_entries = "must have at most {max} entries",
  encoding = "is not valid UTF-8 (byte {byte})", control = "has a control character (byte {byte}, {code})",
  invisible = "has a character that cannot be seen (byte {byte}, {code})",
  blank = "has no character that can be seen",
  entry = "entry {entry} {problem}", part = "{name} {problem}",
})

M.errors = errors.registry("value", {
  no_object = { code = "common.malformed", status = 400, exit = 2, text = "This must be an object with named values." },
})

local P = M.problems

local function between(size, field, max, unit)
  if field.min and size < field.min then
    if size == 0 then return nil, P.empty() end
    return nil, P["few_" .. unit] { min = field.min }
  end
  if size > max then return nil, P["many_" .. unit] { max = max } end
  return true
end

--- What makes a text unfit to be stored.
-- @param value string
-- @param allowed string|nil control characters that are fine, e.g. "\n\t"
-- @return table|nil phrase
function M.unfit(value, allowed)
  local problem, byte = text.problem(value, allowed)
  if problem == "encoding" then return P.encoding { byte = byte } end
  if problem then return P.control { byte = byte, code = ("0x%02x"):format(value:byte(byte)) } end
end

local function unseen(value)
  local byte = text.invisible(value)
  if byte then return P.invisible { byte = byte, code = ("U+%04X"):format(utf8.codepoint(value, byte)) } end
  return value ~= "" and text.blank(value) and P.blank() or nil
end

function checkers.string(field, value)
  if type(value) ~= "string" then return nil, P.text() end
  if #value > (field.max or MAX_STRING) * 4 then
    return nil, P.many_characters { max = field.max or MAX_STRING }
  end
  if field.trim then value = text.trim(value) end
  local problem = M.unfit(value) or field.visible and unseen(value)
  if problem then return nil, problem end
  local ok, message = between(utf8.len(value), field, field.max or MAX_STRING, "characters")
  if not ok then return nil, message end
  return value
end

function checkers.text(field, value)
  if type(value) ~= "string" then return nil, P.text() end
  local ok, message = between(#value, field, field.max or MAX_TEXT, "bytes")
  if not ok then return nil, message end
  value = value:gsub("\r\n", "\n")
  local problem = M.unfit(value, "\n\t")
  if problem then return nil, problem end
  return value
end

function checkers.integer(field, value)
  local number = type(value) == "number" and math.tointeger(value)
  if not number then return nil, P.integer() end
  if field.min and number < field.min or field.max and number > field.max then
    if not field.max then return nil, P.least { min = field.min } end
    return nil, P.between { min = field.min or math.mininteger, max = field.max }
  end
  return number
end

function checkers.id(_, value)
  return checkers.integer({ min = 1 }, value)
end

function checkers.boolean(_, value)
  if type(value) ~= "boolean" then return nil, P.boolean() end
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
    return nil, P.choice { choices = table.concat(field.one_of, ", ") }
  end
  if field.pattern then
    local ok, problem = field.pattern(checked)
    if not ok then return nil, problem or P.unusable() end
  end
  return checked
end

function checkers.list(field, value)
  if not is_list(value) then return nil, P.list() end
  local ok, message = between(#value, field, field.max or MAX_LIST, "entries")
  if not ok then return nil, message end
  local out = {}
  for i, item in ipairs(value) do
    local checked, problem = check_value(field.items, item)
    if checked == nil then return nil, P.entry { entry = i, problem = problem } end
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
      problems[field.name] = P.missing()
    end
  end
  local unknown = 0
  for key in pairs(raw) do
    if not known[key] then
      problems[shown_name(key)], unknown = P.unknown(), unknown + 1
      if unknown == MAX_UNKNOWN then break end
    end
  end
  return out, problems
end

function checkers.object(field, value)
  if type(value) ~= "table" then return nil, P.object() end
  local out, problems = check_fields(field.fields, value)
  local name, problem = next(problems)
  if name then return nil, P.part { name = name, problem = problem } end
  return out
end

--- Check a raw table.
-- @param schema table list of fields
-- @param raw any what a door received
-- @return table|nil args, only names of the schema
-- @return table|nil errors.common.invalid with what is wrong with each field, or malformed
function M.check(schema, raw)
  if type(raw) ~= "table" then
    return nil, M.errors.no_object()
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

--- A text area is a list: one entry a line; blank lines do not count unless the field says so.
function coerce.list(value, field)
  local out = {}
  for _, line in ipairs(text.lines(field.blank and value:gsub("%s+$", "") or value)) do
    local item = text.trim(line)
    if item ~= "" or field.blank then
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
