-- find, match, gmatch and gsub that can be stopped at any step, for the console's strings.
local matcher = require "console.matcher"

local M = {}

local byte, sub, find = string.byte, string.sub, string.find
local ESCAPE <const>, CARET <const>, ZERO <const> = byte "%", byte "^", byte "0"
--- Bytes that a plain search may compare at worst.
local MAX_SEARCH <const> = 100000000

local function captures(m, s, last, whole)
  local count = m.level == 0 and whole and 1 or m.level
  local values = {}
  for level = 1, count do values[level] = matcher.capture(m, level, s, last) end
  return table.unpack(values, 1, count)
end

local function text(value)
  if type(value) == "string" then return value end
  if type(value) == "number" then return tostring(value) end
  error(("string expected, got %s"):format(type(value)), 0)
end

local function start_at(init, length)
  init = math.tointeger(init or 1) or error("number has no integer representation", 0)
  if init < 0 then return math.max(length + init + 1, 1) end
  return math.max(init, 1)
end

local function plain_find(subject, wanted, init)
  if #subject * #wanted > MAX_SEARCH then error("too much text to search", 0) end
  return find(subject, wanted, init, true)
end

--- First match from init on: start, position after it, matcher.
local function search(subject, pattern, init)
  subject, pattern = text(subject), text(pattern)
  local s = start_at(init, #subject)
  local anchored = byte(pattern, 1) == CARET
  local m = matcher.new(subject, pattern)
  while s <= #subject + 1 do
    m.level = 0
    local last = matcher.match(m, s, anchored and 2 or 1)
    if last then return s, last, m end
    if anchored then return nil end
    s = s + 1
  end
end

--- As string.find.
function M.find(subject, pattern, init, plain)
  subject, pattern = text(subject), text(pattern)
  if plain or not find(pattern, "[%^%$%*%+%?%.%(%[%%%-]") then
    if start_at(init, #subject) > #subject + 1 then return nil end
    return plain_find(subject, pattern, init)
  end
  local s, last, m = search(subject, pattern, init)
  if not s then return nil end
  return s, last - 1, captures(m, s, last, false)
end

--- As string.match.
function M.match(subject, pattern, init)
  local s, last, m = search(subject, pattern, init)
  if not s then return nil end
  return captures(m, s, last, true)
end

--- As string.gmatch.
function M.gmatch(subject, pattern, init)
  subject, pattern = text(subject), text(pattern)
  local s, previous = start_at(init, #subject), nil
  local m = matcher.new(subject, pattern)
  return function()
    while s <= #subject + 1 do
      m.level = 0
      local from, last = s, matcher.match(m, s, 1)
      if last and last ~= previous then
        s, previous = last, last
        return captures(m, from, last, true)
      end
      s = s + 1
    end
  end
end

local function expand(m, template, s, last)
  local out, position = {}, 1
  while true do
    local at = find(template, "%", position, true)
    if not at then break end
    out[#out + 1] = sub(template, position, at - 1)
    local code = byte(template, at + 1)
    if code == ESCAPE then
      out[#out + 1] = "%"
    elseif code and code >= ZERO and code <= ZERO + 9 then
      local level = code - ZERO
      local whole = level == 0 and sub(m.subject, s, last - 1)
      out[#out + 1] = whole or matcher.capture(m, level, s, last)
    else
      error("invalid use of '%' in replacement string", 0)
    end
    position = at + 2
  end
  out[#out + 1] = sub(template, position)
  return table.concat(out)
end

local function replacement(m, by, s, last)
  local value
  if type(by) == "function" then
    value = by(captures(m, s, last, true))
  elseif type(by) == "table" then
    value = by[matcher.capture(m, 1, s, last)]
  else
    return expand(m, by, s, last)
  end
  if not value then return sub(m.subject, s, last - 1) end
  if type(value) == "string" or type(value) == "number" then return tostring(value) end
  error(("invalid replacement value (a %s)"):format(type(value)), 0)
end

--- As string.gsub.
function M.gsub(subject, pattern, by, max)
  subject, pattern = text(subject), text(pattern)
  if type(by) ~= "table" and type(by) ~= "function" then by = text(by) end
  local anchored = byte(pattern, 1) == CARET
  local m, out, s, previous, count = matcher.new(subject, pattern), {}, 1, nil, 0
  while count < (max or math.huge) do
    m.level = 0
    local last = matcher.match(m, s, anchored and 2 or 1)
    if last and last ~= previous then
      count = count + 1
      out[#out + 1] = replacement(m, by, s, last)
      s, previous = last, last
    elseif s <= #subject then
      out[#out + 1] = sub(subject, s, s)
      s = s + 1
    else
      break
    end
    if anchored then break end
  end
  out[#out + 1] = sub(subject, s)
  return table.concat(out), count
end

return M
