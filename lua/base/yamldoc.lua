-- Makes a tree of one plain YAML document without anchors, tags or double keys; quotes strings.
local text = require "base.text"

local M = {}

local MAX_BYTES <const> = 1024 * 1024
local MAX_DEPTH <const> = 32
local MAX_NODES <const> = 50000

local Reader = {}
Reader.__index = Reader

--- Leave `attempt` with a message that names the place of a node or event.
-- @param place table {line, column}
-- @param format string as for string.format
-- @param ... any; texts that came from outside go through M.shown
function M.refuse(place, format, ...)
  local where = ("line %d, column %d: "):format(place.line, place.column)
  error({ refused = where .. format:format(...) }, 0)
end

--- Call a function that may refuse.
-- @param fn function
-- @param ... any its arguments
-- @return any its result | nil, string the message it refused with
function M.attempt(fn, ...)
  local ok, result = pcall(fn, ...)
  if ok then return result end
  if type(result) == "table" and result.refused then return nil, result.refused end
  error(result, 0)
end

--- A text from outside as one short quoted word of a message.
-- @param s string UTF-8
-- @return string
function M.shown(s)
  return "'" .. text.printable(text.shorten(s, 80)) .. "'"
end

local refuse <const>, shown <const> = M.refuse, M.shown

function Reader:next()
  local event, message = self.events()
  if message then error({ refused = message }, 0) end
  return event
end

local function scalar(event)
  return {
    kind = "scalar", text = event.value, plain = event.style == "plain",
    line = event.line, column = event.column,
  }
end

function Reader:list(event, depth)
  local list = { kind = "list", items = {}, line = event.line, column = event.column }
  local item = self:next()
  while item.type ~= "sequence_end" do
    list.items[#list.items + 1] = self:node(item, depth + 1)
    item = self:next()
  end
  return list
end

--- The name of a field, refused unless it is a new plain string.
local function field_name(map, event)
  if event.type ~= "scalar" then refuse(event, "a key must be a plain word") end
  local name = event.value
  if event.style == "plain" and name == "<<" then refuse(event, "merge keys are not allowed") end
  if map.fields[name] then refuse(event, "the key %s is there twice", shown(name)) end
  return name
end

function Reader:map(event, depth)
  local map = { kind = "map", fields = {}, names = {}, line = event.line, column = event.column }
  local key = self:next()
  while key.type ~= "mapping_end" do
    self:check(key)
    local name = field_name(map, key)
    map.names[#map.names + 1] = name
    map.fields[name] = self:node(self:next(), depth + 1)
    key = self:next()
  end
  return map
end

--- Refuse what hides one text behind another, and what is too much.
function Reader:check(event)
  if event.type == "alias" then refuse(event, "aliases are not allowed") end
  if event.anchor then refuse(event, "anchors are not allowed") end
  if event.tag then refuse(event, "tags are not allowed") end
  self.nodes = self.nodes + 1
  if self.nodes > MAX_NODES then refuse(event, "more than %d values", MAX_NODES) end
end

function Reader:node(event, depth)
  self:check(event)
  if depth > MAX_DEPTH then refuse(event, "nested deeper than %d levels", MAX_DEPTH) end
  if event.type == "sequence_start" then return self:list(event, depth) end
  if event.type == "mapping_start" then return self:map(event, depth) end
  return scalar(event)
end

--- stream_start, one document, stream_end.
function Reader:document()
  self:next()
  local start = self:next()
  if start.type == "stream_end" then error({ refused = "there is nothing in it" }, 0) end
  local root = self:node(self:next(), 1)
  self:next()
  local after = self:next()
  if after.type ~= "stream_end" then refuse(after, "only one document is allowed") end
  return root
end

--- Read the one document of a text.
-- A node is {kind, line, column} and, by kind: scalar {text, plain}; list {items = {node…}};
-- map {fields = {name = node}, names = {in their order}}.
-- @param source string at most 1 MiB
-- @param events function host.yaml.events
-- @return table the root node | nil, string what is wrong, with line and column
function M.load(source, events)
  if #source > MAX_BYTES then return nil, ("it has more than %d bytes"):format(MAX_BYTES) end
  local next_event, failure, _, _ <close> = events(source)
  if not next_event then return nil, failure end
  local reader = setmetatable({ events = next_event, nodes = 0 }, Reader)
  return M.attempt(reader.document, reader)
end

local NULLS <const> = { [""] = true, ["~"] = true, null = true, Null = true, NULL = true }

--- Whether a node is written as nothing (YAML 1.2, section 10.2.1.1).
-- @param node table
-- @return boolean
function M.is_null(node)
  return node.kind == "scalar" and node.plain and NULLS[node.text] or false
end

--- The integer a node is written as: decimal digits without quotes, sign + or leading zeros.
-- @param node table
-- @return integer | nil
function M.integer(node)
  if node.kind ~= "scalar" or not node.plain then return nil end
  local digits = node.text:match("^%-?(%d+)$")
  if not digits or #digits > 1 and digits:sub(1, 1) == "0" then return nil end
  return math.tointeger(tonumber(node.text))
end

local function escape(code)
  if code == 0x22 or code == 0x5C then return "\\" .. string.char(code) end
  if code >= 0x20 and code <= 0x7E then return string.char(code) end
  if code <= 0xFF then return ("\\x%02X"):format(code) end
  if code <= 0xFFFF then return ("\\u%04X"):format(code) end
  return ("\\U%08X"):format(code)
end

--- A string as a double-quoted scalar of ASCII characters (YAML 1.2, section 5.7).
-- @param s string UTF-8; anything else raises
-- @return string read back, it is the same
function M.quote(s)
  assert(utf8.len(s), "not UTF-8")
  local parts = {}
  for _, code in utf8.codes(s) do parts[#parts + 1] = escape(code) end
  return '"' .. table.concat(parts) .. '"'
end

return M
