-- Values as text for a terminal: lists of records as columns, nothing that a terminal obeys.
--
-- Tables may be a session's own, with metamethods: they are read raw and never called.
local text = require "base.text"

local M = {}

local MAX_ROWS <const> = 500
local MAX_CELL <const> = 48
local MAX_WIDTH <const> = 200
local MAX_STRING <const> = 65536
local MAX_ITEMS <const> = 40
local MAX_DEPTH <const> = 4
local MAX_FIELDS <const> = 200
local MAX_COLUMNS <const> = 50
--- Bytes of one value, however it nests: the scheduler does nothing else meanwhile.
local MAX_SHOWN <const> = 256 * 1024

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

--- Keys that can be sorted, at most so many.
local function sorted_keys(value, most)
  local keys = {}
  for key in next, value do
    if type(key) == "string" or type(key) == "number" then keys[#keys + 1] = key end
    if #keys == most then break end
  end
  table.sort(keys, before)
  return keys
end

local compact

local function compact_table(value, depth, budget)
  if depth >= MAX_DEPTH then return "{…}" end
  local parts, length = {}, rawlen(value)
  for i = 1, math.min(length, MAX_ITEMS) do parts[i] = compact(nil, rawget(value, i), depth + 1, budget) end
  for _, key in ipairs(sorted_keys(value, MAX_ITEMS)) do
    local listed = math.type(key) == "integer" and key >= 1 and key <= length
    if not listed and #parts < MAX_ITEMS then
      local item = compact(key, rawget(value, key), depth + 1, budget)
      parts[#parts + 1] = ("%s = %s"):format(compact(nil, tostring(key), depth, budget), item)
    end
  end
  if length > MAX_ITEMS or #parts == MAX_ITEMS then parts[#parts + 1] = "…" end
  return "{" .. table.concat(parts, ", ") .. "}"
end

local function scalar(name, value)
  if is_time(name, value) then return os.date("!%Y-%m-%d %H:%M:%S", value // 1000) end
  if type(value) == "string" then
    local line = inert(value:sub(1, MAX_CELL * 4)):gsub("\n", "\\n")
    return text.shorten(line, MAX_CELL)
  end
  if type(value) == "number" or type(value) == "boolean" or value == nil then return tostring(value) end
  return ("(a %s)"):format(type(value))
end

--- A value on one line; "…" once too much was shown. What separates it from the next counts too.
function compact(name, value, depth, budget)
  if budget.left <= 0 then return "…" end
  budget.left = budget.left - 4
  if type(value) == "table" then return compact_table(value, depth, budget) end
  local shown = scalar(name, value)
  budget.left = budget.left - #shown
  return shown
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
    for _, key in ipairs(sorted_keys(row, MAX_COLUMNS)) do seen[key] = true end
  end
  return sorted_keys(seen, MAX_COLUMNS)
end

local function cells_of(rows, names, budget)
  local lines, widths = { {} }, {}
  for column, name in ipairs(names) do lines[1][column] = compact(nil, tostring(name), 0, budget) end
  for _, row in ipairs(rows) do
    if budget.left <= 0 then break end
    local cells = {}
    for column, name in ipairs(names) do
      local value = rawget(row, name)
      cells[column] = value == nil and "" or text.shorten(compact(name, value, 1, budget), MAX_WIDTH)
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
local function columns(value, budget)
  local rows = table.move(value, 1, math.min(rawlen(value), MAX_ROWS), 1, {})
  local lines, widths = cells_of(rows, column_names(rows), budget)
  for i, cells in ipairs(lines) do
    for column, cell in ipairs(cells) do cells[column] = pad(cell, widths[column]) end
    lines[i] = table.concat(cells, "  "):gsub("%s+$", "")
  end
  local more, following = rawlen(value) - (#lines - 1), rawget(value, "next")
  if more > 0 then lines[#lines + 1] = ("… and %d more"):format(more) end
  if following then lines[#lines + 1] = "… more beyond id " .. compact(nil, following, 0, budget) end
  return table.concat(lines, "\n")
end

local function field(name, value, budget)
  if type(value) == "string" and budget.left > 0 and value:find("\n", 1, true) then
    local shown = M.text(value)
    budget.left = budget.left - #shown
    return "\n    " .. shown:gsub("\n+$", ""):gsub("\n", "\n    ")
  end
  return compact(name, value, 1, budget)
end

--- A record as one line for each field.
local function record(value, budget)
  local names, width = sorted_keys(value, MAX_FIELDS), 0
  local labels = {}
  for i, name in ipairs(names) do
    labels[i] = compact(nil, tostring(name), 0, budget)
    width = math.max(width, utf8.len(labels[i]))
  end
  local lines = {}
  for i, name in ipairs(names) do
    lines[i] = pad(labels[i], width) .. "  " .. field(name, rawget(value, name), budget)
  end
  return table.concat(lines, "\n")
end

--- A value as text.
-- @param value any
-- @return string one line or more, without a line end
function M.value(value)
  if type(value) == "string" then return M.text(value) end
  local budget = { left = MAX_SHOWN }
  if type(value) ~= "table" then return compact(nil, value, 0, budget) end
  if is_records(value) then return columns(value, budget) end
  if is_record(value) then return record(value, budget) end
  if next(value) == nil then return "(none)" end
  return compact(nil, value, 0, budget)
end

return M
