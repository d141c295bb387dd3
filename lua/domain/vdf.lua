-- Reads Valve's KeyValues text as steamcmd writes it (appmanifest_….acf): quoted names with texts or blocks.
local M = {}

local MAX_DEPTH = 16

-- Where a quoted text ends; a backslash keeps the quotation mark behind it.
local function closing(source, at)
  local stop = source:find('["\\]', at)
  while stop and source:sub(stop, stop) == "\\" do stop = source:find('["\\]', stop + 2) end
  return stop
end

-- The next token from a place on: its kind ("text", "{", "}", "end"), its text, and the place behind it; nil: none.
local function token(source, at)
  at = source:find("%S", at)
  if not at then return "end" end
  local mark = source:sub(at, at)
  if mark == "{" or mark == "}" then return mark, nil, at + 1 end
  local stop = mark == '"' and closing(source, at + 1)
  if not stop then return nil end
  return "text", (source:sub(at + 1, stop - 1):gsub("\\(.)", "%1")), stop + 1
end

local function block(source, at, depth)
  local out = {}
  while true do
    local kind, name, after = token(source, at)
    if kind == "end" or kind == "}" then return out, after, kind end
    if kind ~= "text" then return nil end
    local value
    kind, value, after = token(source, after)
    if kind == "{" and depth < MAX_DEPTH then
      local closed
      value, after, closed = block(source, after, depth + 1)
      if closed ~= "}" then return nil end
    elseif kind ~= "text" then
      return nil
    end
    out[name], at = value, after
  end
end

--- Read a text.
-- @param source string
-- @return table|nil names with texts or tables of the same; nil when it cannot be read
function M.parse(source)
  local out, _, closed = block(source, 1, 1)
  return closed == "end" and out or nil
end

return M
