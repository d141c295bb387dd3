-- THE registry of actions: every door (web, API, console, CLI) offers and calls what is listed here.
--
-- A record: {name="server.start", object="server", permission="user|owner|admin", args=schema (see
-- base.validate), summary=, status=200|201|202 of its JSON answer, run=function(ctx, args) → value | nil, err}.
-- ctx is {actor=, services=, accepted=|nil}; actor is {id=, username=, admin=, door=} or nil for nobody; accepted,
-- which pages alone give, has the versions that may be replaced (domain.version).
local access = require "domain.access"
local errors = require "base.errors"
local validate = require "base.validate"

local M = {}

local by_name, in_order = {}, {}

local STATUS = { [200] = true, [201] = true, [202] = true }

local function complete(record)
  local object = type(record.name) == "string" and record.name:match("^(%l+)%.[%l_]+$")
  return object and record.object == object and access.PERMISSIONS[record.permission]
    and type(record.summary) == "string" and record.summary:match("%S") and STATUS[record.status]
    and type(record.run) == "function" and type(record.args) == "table"
end

--- Add one record; refuses a name that is taken and a record that is not complete.
-- @param record table
function M.add(record)
  assert(complete(record), ("the action %s is not complete"):format(tostring(record.name)))
  assert(not by_name[record.name], ("the action %s is listed twice"):format(record.name))
  for _, field in ipairs(record.args) do
    assert(field.help, ("%s.%s has no help"):format(record.name, field.name))
  end
  by_name[record.name] = record
  in_order[#in_order + 1] = record
end

--- All records, in the order of their definition.
-- @return table list
function M.list()
  return in_order
end

--- The record of a name.
-- @return table|nil
function M.get(name)
  return by_name[name]
end

--- A handler for xpcall: what the database raised becomes the error to show, a message gets its trace.
-- @param raised any
-- @return any an err, the message with its trace, or what was raised
function M.rescue(raised)
  local err = errors.from_database(raised)
  if err then return err end
  if type(raised) ~= "string" or raised:find("\nstack traceback:", 1, true) then return raised end
  return debug.traceback(raised, 2)
end

local function run(record, ctx, args)
  local result = table.pack(xpcall(record.run, M.rescue, ctx, args))
  if result[1] then return table.unpack(result, 2, result.n) end
  if errors.is(result[2]) then return nil, result[2] end
  error(result[2], 0)
end

--- Call an action: permission, arguments, then the action itself.
-- @param ctx table {actor=, services=}
-- @param name string of a listed action; anything else raises
-- @param raw table the arguments as received
-- @return value|nil
-- @return table|nil err
function M.call(ctx, name, raw)
  local record = assert(by_name[name], "no such action")
  local allowed, why = access.may_call(ctx.actor, record.permission)
  if not allowed then return nil, errors.common[why]() end
  local args, err = validate.check(record.args, raw)
  if not args then return nil, err end
  return run(record, ctx, args)
end

for _, object in ipairs { "overlays", "blueprints", "servers", "jobs", "sessions", "tokens", "users",
  "installation", "health", "search" } do
  for _, record in ipairs(require("actions." .. object)) do M.add(record) end
end

return M
