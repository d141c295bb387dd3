-- Lua's functions as a console session gets them: none reaches outside, none cannot be stopped.
--
-- A session runs under host.guard, which counts instructions of the Lua machine. So what would loop
-- inside one C function is written in Lua here, and what could leave the guard (coroutine, xpcall's
-- message handler, __gc) is absent or replaced.
local pattern = require "console.pattern"

local M = {}

local MAX_STRING <const> = 1024 * 1024

local function rep(s, count, separator)
  s, separator = tostring(s), separator or ""
  count = math.tointeger(count) or error("number has no integer representation", 2)
  if count > 0 and (#s + #separator) * count > MAX_STRING then
    error(("the console makes strings of at most %d bytes"):format(MAX_STRING), 2)
  end
  return string.rep(s, count, separator)
end

--- The session's own string table; also what the methods of strings are while it runs.
local function strings()
  return {
    byte = string.byte, char = string.char, find = pattern.find, format = string.format,
    gmatch = pattern.gmatch, gsub = pattern.gsub, len = string.len, lower = string.lower,
    match = pattern.match, rep = rep, reverse = string.reverse, sub = string.sub,
    upper = string.upper,
  }
end

local function move(from, first, last, at, to)
  to = to or from
  if at > first and to == from then
    for i = last - first, 0, -1 do to[at + i] = from[first + i] end
  else
    for i = 0, last - first do to[at + i] = from[first + i] end
  end
  return to
end

local function insert(list, ...)
  local size = #list
  if select("#", ...) == 1 then
    list[size + 1] = ...
    return
  end
  local position, value = ...
  if position < 1 or position > size + 1 then error("position out of bounds", 2) end
  for i = size, position, -1 do list[i + 1] = list[i] end
  list[position] = value
end

local function remove(list, position)
  local size = #list
  position = position or size
  if size > 0 and (position < 1 or position > size + 1) then error("position out of bounds", 2) end
  local value = list[position]
  for i = position, size - 1 do list[i] = list[i + 1] end
  if position <= size then list[size] = nil end
  return value
end

--- Merge two sorted runs of from into to.
local function merge(from, to, low, middle, high, before)
  local a, b = low, middle
  for i = low, high - 1 do
    if a < middle and (b >= high or not before(from[b], from[a])) then
      to[i], a = from[a], a + 1
    else
      to[i], b = from[b], b + 1
    end
  end
end

--- A stable merge sort.
local function sort(list, before)
  before = before or function(a, b) return a < b end
  local size = #list
  local from, to, width = move(list, 1, size, 1, {}), {}, 1
  while width < size do
    for low = 1, size, 2 * width do
      local middle, high = low + width, low + 2 * width
      merge(from, to, low, middle, high > size and size + 1 or high, before)
    end
    from, to, width = to, from, 2 * width
  end
  move(from, 1, size, 1, list)
end

local function tables()
  return {
    concat = table.concat, insert = insert, move = move, pack = table.pack, remove = remove,
    sort = sort, unpack = table.unpack,
  }
end

--- The handler is called afterwards: within the failing call it would run without limits.
local function xpcall_after(fn, handler, ...)
  local results = table.pack(pcall(fn, ...))
  if results[1] then return table.unpack(results, 1, results.n) end
  return false, handler(results[2])
end

--- A finalizer would run outside the guard.
local function setmetatable_plain(value, metatable)
  if type(metatable) == "table" and rawget(metatable, "__gc") ~= nil then
    error("the console has no finalizers (__gc)", 2)
  end
  return setmetatable(value, metatable)
end

--- The metatable of strings belongs to everyone.
local function getmetatable_plain(value)
  if type(value) == "table" then return getmetatable(value) end
  return nil
end

local function copy(from, without)
  local to = {}
  for name, value in pairs(from) do
    if name ~= without then to[name] = value end
  end
  return to
end

--- A new set of globals for one session.
-- @return table
function M.new()
  local globals = {
    assert = assert, error = error, ipairs = ipairs, next = next, pairs = pairs, pcall = pcall,
    rawequal = rawequal, rawget = rawget, rawlen = rawlen, rawset = rawset, select = select,
    tonumber = tonumber, tostring = tostring, type = type, _VERSION = _VERSION,
    getmetatable = getmetatable_plain, setmetatable = setmetatable_plain, xpcall = xpcall_after,
    math = copy(math, "randomseed"), string = strings(), table = tables(), utf8 = copy(utf8),
  }
  globals._G = globals
  return globals
end

return M
