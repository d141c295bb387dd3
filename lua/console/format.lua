-- Values as text for a terminal: lists of records as columns, nothing that a terminal obeys.
--
-- Tables may be a session's own, with metamethods: they are read raw and never called.
local text = require "base.text"

local M = {}

local MAX_ROWS <const> = 500
local MAX_CELL <const> = 48
local MAX_STRING <const> = 65536
local MAX_ITEMS <const> = 40
local MAX_DEPTH <const> = 4

--- Columns that come first, in this order; the rest by name.
local FIRST <const> = { "id", "name", "username", "operation", "type", "state", "port" }

local RANK = {}
for i, name in ipairs(FIRST) do RANK[name] = i end

--- A text with control characters, broken bytes and direction marks written out; line ends stay.
local function inert(s)
  local lines = {}
  for line in (s .. "\n"):gmatch("(.-)\r?\n") do
    line = text.printable((line:gsub("\t", "    ")))
    line = line:gsub("\u{200E}", "\\u200e"):gsub("\u{200F}", "\\u200f")
    line = line:gsub("\xE2\x80[\xAA-\xAE]", "\\u202x"):gsub("\xE2\x81[\xA6-\xA9]", "\\u206x")
    lines[#lines + 1] = line
  end
  return table.concat(lines, "\n")
end

--- Make a text from anywhere safe to print on a terminal.
-- @param s string
-- @param max integer|nil bytes that stay, 65536 unless told; what was cut is marked
-- @return string
function M.text(s, max)
  max = max or MAX_STRING
  if #s > max then s = s:sub(1, max) .. " … [cut]" end
  return inert(s)
end

local function is_time(name, value)
  local named = type(name) == "string" and (name == "at" or name == "since" or name:find("_at$"))
  return named and math.type(value) == "integer" and value > 10 ^ 11 and value < 10 ^ 14
end

local function before(a, b)
  local first, second = RANK[a], RANK[b]
  if first or second then return (first or math.huge) < (second or math.huge) end
  if type(a) == type(b) then return a < b end
  return type(a) == "number"
end

--- Keys that can be sorted, at most a thousand.
local function sorted_keys(value)
  local keys = {}
  for key in next, value do
    if type(key) == "string" or type(key) == "number" then keys[#keys + 1] = key end
    if #keys == 1000 then break end
  end
  table.sort(keys, before)
  return keys
end

local compact

local function compact_table(value, depth)
  if depth >= MAX_DEPTH then return "{…}" end
  local parts, length = {}, rawlen(value)
  for i = 1, math.min(length, MAX_ITEMS) do parts[i] = compact(nil, rawget(value, i), depth + 1) end
  for _, key in ipairs(sorted_keys(value)) do
    local listed = math.type(key) == "integer" and key >= 1 and key <= length
    if not listed and #parts < MAX_ITEMS then
      local item = compact(key, rawget(value, key), depth + 1)
      parts[#parts + 1] = ("%s = %s"):format(compact(nil, tostring(key), depth), item)
    end
  end
  if length > MAX_ITEMS or #parts == MAX_ITEMS then parts[#parts + 1] = "…" end
  return "{" .. table.concat(parts, ", ") .. "}"
end

--- A value on one line.
function compact(name, value, depth)
  if is_time(name, value) then return os.date("!%Y-%m-%d %H:%M:%S", value // 1000) end
  if type(value) == "table" then return compact_table(value, depth) end
  if type(value) == "string" then
    local line = inert(value:sub(1, MAX_CELL * 4)):gsub("\n", "\\n")
    return text.shorten(line, MAX_CELL)
  end
  if type(value) == "number" or type(value) == "boolean" or value == nil then
    return tostring(value)
  end
  return ("(a %s)"):format(type(value))
end

local function pad(s, width)
  return s .. (" "):rep(width - utf8.len(s))
end

local function is_record(value)
  return type(value) == "table" and rawlen(value) == 0 and next(value) ~= nil
end

local function is_records(value)
  local length = rawlen(value)
  for i = 1, math.min(length, MAX_ROWS) do
    if not is_record(rawget(value, i)) then return false end
  end
  return length > 0
end

local function column_names(rows)
  local seen = {}
  for _, row in ipairs(rows) do
    for _, key in ipairs(sorted_keys(row)) do seen[key] = true end
  end
  return sorted_keys(seen)
end

local function cells_of(rows, names)
  local lines, widths = { {} }, {}
  for column, name in ipairs(names) do lines[1][column] = compact(nil, tostring(name), 0) end
  for _, row in ipairs(rows) do
    local cells = {}
    for column, name in ipairs(names) do
      local value = rawget(row, name)
      cells[column] = value == nil and "" or compact(name, value, 1)
    end
    lines[#lines + 1] = cells
  end
  for _, cells in ipairs(lines) do
    for column, cell in ipairs(cells) do
      widths[column] = math.max(widths[column] or 0, utf8.len(cell))
    end
  end
  return lines, widths
end

--- A list of records as aligned columns under their names.
local function columns(value)
  local rows = table.move(value, 1, math.min(rawlen(value), MAX_ROWS), 1, {})
  local lines, widths = cells_of(rows, column_names(rows))
  for i, cells in ipairs(lines) do
    for column, cell in ipairs(cells) do cells[column] = pad(cell, widths[column]) end
    lines[i] = table.concat(cells, "  "):gsub("%s+$", "")
  end
  local more, following = rawlen(value) - #rows, rawget(value, "next")
  if more > 0 then lines[#lines + 1] = ("… and %d more"):format(more) end
  if following then lines[#lines + 1] = "… more beyond id " .. compact(nil, following, 0) end
  return table.concat(lines, "\n")
end

local function field(name, value)
  if type(value) == "string" and value:find("\n", 1, true) then
    return "\n    " .. M.text(value):gsub("\n+$", ""):gsub("\n", "\n    ")
  end
  return compact(name, value, 1)
end

--- A record as one line for each field.
local function record(value)
  local names, width = sorted_keys(value), 0
  local labels = {}
  for i, name in ipairs(names) do
    labels[i] = compact(nil, tostring(name), 0)
    width = math.max(width, utf8.len(labels[i]))
  end
  local lines = {}
  for i, name in ipairs(names) do
    lines[i] = pad(labels[i], width) .. "  " .. field(name, rawget(value, name))
  end
  return table.concat(lines, "\n")
end

--- A value as text.
-- @param value any
-- @return string one line or more, without a line end
function M.value(value)
  if type(value) == "string" then return M.text(value) end
  if type(value) ~= "table" then return compact(nil, value, 0) end
  if is_records(value) then return columns(value) end
  if is_record(value) then return record(value) end
  if next(value) == nil then return "(none)" end
  return compact(nil, value, 0)
end

return M
