-- Completion of a line that is being typed: globals, fields, methods, names of arguments.
local help = require "console.help"

local M = {}

local MAX_ITEMS <const> = 200

local KEYWORDS <const> = {
  "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "if", "in", "local",
  "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
}

local function add(items, names, typed, suffix)
  for _, name in ipairs(names) do
    if name:sub(1, #typed) == typed and #items < MAX_ITEMS then
      items[#items + 1] = name .. (suffix or "")
    end
  end
end

--- Names in a table that could be written after a dot; read raw, the table may be a session's own.
local function names_in(value)
  local names = {}
  for key in next, value do
    if type(key) == "string" and key:find("^[%a_][%w_]*$") then names[#names + 1] = key end
  end
  return names
end

local function keys_of(records)
  local names = {}
  for name in pairs(records or {}) do names[#names + 1] = name end
  return names
end

--- The verbs of `servers:` or `server(7):`.
local function methods(catalog, before)
  local name = before:match("([%a_]+)%s*$")
  if name == "db" then return { "query" } end
  if name == "tasks" then return { "list" } end
  if name then return keys_of((catalog[name:match("^(.*)s$")] or {}).all) end
  name = before:match("([%a_]+)%s*%(%s*%d*%s*%)%s*$")
  return keys_of(name and (catalog[name] or {}).one)
end

--- The names of arguments within `servers:create{`.
local function fields(catalog, before)
  local subject, verb = before:match("([%a_]+)[%s%d()]*:%s*([%a_]+)%s*%(?%s*{[^{}]*$")
  if not subject then return {} end
  local entry = catalog[subject] or catalog[subject:match("^(.*)s$")] or { one = {}, all = {} }
  local record = entry.one[verb] or entry.all[verb]
  local names = {}
  for _, field in ipairs(record and record.args or {}) do
    if field.name ~= "id" then names[#names + 1] = field.name end
  end
  return names
end

--- The table that `a.b.` names, found without running anything.
local function table_at(globals, path)
  local value = globals
  for name in path:gmatch("[%a_][%w_]*") do
    value = type(value) == "table" and rawget(value, name) or nil
  end
  return type(value) == "table" and value or {}
end

--- What may follow.
-- @param line string the line up to the cursor
-- @param globals table of the session
-- @param actions table list of records
-- @return table {typed = the part that is completed, items = {whole words, sorted}}
function M.complete(line, globals, actions)
  local before, typed = line:match("^(.-)([%a_]*[%w_]*)$")
  local catalog, items = help.catalog(actions), {}
  local path = before:match("([%a_][%w_.]*)%.$")
  if before:find(":%s*$") then
    add(items, methods(catalog, before:match("^(.-):%s*$")), typed)
  elseif path then
    add(items, names_in(table_at(globals, path)), typed)
  else
    add(items, fields(catalog, before), typed, " = ")
    add(items, names_in(globals), typed)
    if typed ~= "" then add(items, KEYWORDS, typed) end
  end
  table.sort(items)
  return { typed = typed, items = items }
end

return M
