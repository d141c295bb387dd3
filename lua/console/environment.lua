-- The globals of one console session: harmless functions of Lua, the registry's objects, db, help.
--
-- Nothing here does the work: a method yields a request {kind, …}, which the session performs
-- outside the guard, so that a limit never stops a service half-way.
local help = require "console.help"
local library = require "console.library"
local plain = require "console.plain"

local M = {}

local yield = coroutine.yield
local MAX_OUTPUT <const> = 256 * 1024

--- Have the session do something; raises what went wrong as a string.
local function ask(request)
  local value, problem = yield(request)
  if problem then error(problem, 0) end
  return value
end

local function arguments(args)
  if args == nil then return {} end
  if type(args) ~= "table" then error("arguments are named: {name = value}", 3) end
  local copied, problem = plain.copy(args)
  if not copied then error("the table of arguments " .. problem, 3) end
  return copied
end

--- A method that calls an action. Its first argument must be the object: `servers:list()`.
local function method(record, object, id)
  return function(self, args)
    if self ~= object then error(("write %s"):format(help.usage(record)), 2) end
    local raw = arguments(args)
    if id then raw.id = id end
    return ask { kind = "action", name = record.name, args = raw }
  end
end

--- An object whose methods are those actions.
local function object_of(records, label, id)
  local object, methods = {}, {}
  for name, record in pairs(records) do methods[name] = method(record, object, id) end
  return setmetatable(object, {
    __metatable = false, __name = label,
    __tostring = function() return label end,
    __index = function(_, name)
      if methods[name] then return methods[name] end
      error(('%s has no %s; try help()'):format(label, tostring(name)), 2)
    end,
    __newindex = function() error(label .. " cannot be changed", 2) end,
  })
end

local function constructor(records, name)
  return function(id)
    if math.type(id) ~= "integer" then error(("which %s? %s(7)"):format(name, name), 2) end
    return object_of(records, ("%s(%d)"):format(name, id), id)
  end
end

local function add_objects(globals, catalog)
  for name, entry in pairs(catalog) do
    globals[name .. "s"] = object_of(entry.all, name .. "s")
    if next(entry.one) then globals[name] = constructor(entry.one, name) end
  end
end

local function add_reading(globals)
  local tasks, db = {}, {}
  function tasks.list() return ask { kind = "tasks" } end
  function db.query(_, sql, ...)
    if type(sql) ~= "string" then error('write db:query("SELECT …")', 2) end
    return ask { kind = "query", sql = sql, values = table.pack(...) }
  end
  globals.tasks, globals.db = tasks, db
end

--- Collects what print and help write, up to a bound; the session takes it between slices.
local function add_output(globals, actions, out)
  function globals.print(...)
    local words = table.pack(...)
    for i = 1, words.n do words[i] = tostring(words[i]) end
    local line = table.concat(words, "\t")
    out.size = out.size + #line + 1
    if out.size > MAX_OUTPUT then error("too much output", 2) end
    table.insert(out, line) -- one instruction: between two of them the session may empty it
  end
  function globals.help(name)
    local text, problem = help.text(actions, name and tostring(name))
    globals.print(text or problem)
  end
end

--- Make the globals of a session.
-- @param actions table list of records, as actions.list() gives
-- @return table globals
-- @return table out list of printed lines with their size; to be emptied by the session
function M.new(actions)
  local globals, out = library.new(), { size = 0 }
  add_objects(globals, help.catalog(actions))
  add_reading(globals)
  add_output(globals, actions, out)
  return globals, out
end

return M
