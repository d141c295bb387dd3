-- What the console needs beside the actions: its user, a record of each chunk, reading data.
local errors = require "base.errors"
local text = require "base.text"
local unit = require "services.unit"

local M = {}

M.errors = errors.registry("console", {
  no_reader = { status = 503, text = "The database cannot be read from here." },
  query = { status = 422, text = "The database did not understand that." },
})

local MAX_RECORDED <const> = 4000
local MAX_ROWS <const> = 1000
local PAGE <const> = 200

local Console = {}
Console.__index = Console

--- The actor of a console session: the first active admin, or nobody's name with an admin's rights.
-- @return table {id=|nil, username=, admin=true, door="console"}
function Console:actor()
  local after = 0
  repeat
    local list = self.ports.store.users:list { after = after, limit = PAGE }
    for _, user in ipairs(list) do
      if user.admin and user.active then
        return { id = user.id, username = user.username, admin = true, door = "console" }
      end
    end
    after = list.next
  until not after
  return { username = "console", admin = true, door = "console" }
end

--- Take the values of secret arguments out of a chunk: `password = "…"`.
local function without_secrets(code, secrets)
  for _, name in ipairs(secrets) do
    code = code:gsub("(%f[%w_]" .. name .. "%s*=%s*)([\"'])(.-)%2", "%1%2…%2")
    code = code:gsub("(%f[%w_]" .. name .. "%s*=%s*)%[(=*)%[.-%]%2%]", "%1[[…]]")
  end
  return code
end

--- Note a chunk in the audit.
-- @param actor table
-- @param code string
-- @param secrets table list of argument names whose values are left out
function Console:record(actor, code, secrets)
  unit.act(self.ports, actor, function(act)
    local shown = text.printable(without_secrets(code, secrets))
    act:audit("console", nil, text.shorten(shown, MAX_RECORDED))
    return true
  end)
end

local function read_rows(reader, sql, values)
  local rows = {}
  for row in reader:each(sql, table.unpack(values, 1, values.n)) do
    if #rows == MAX_ROWS then break end
    rows[#rows + 1] = row
  end
  return rows
end

--- Read from the database, on a connection that cannot write and does not work for long.
-- @param sql string one statement
-- @param values table {n=, …} one scalar for each ?
-- @return table|nil at most 1000 rows
-- @return table|nil err
function Console:query(sql, values)
  local reader = self.ports.reader
  if not reader then return nil, M.errors.no_reader() end
  local ok, rows = pcall(read_rows, reader, sql, values)
  -- A transaction left open would go on reading the past, and keep the write-ahead log from being emptied.
  if reader:in_transaction() then reader:exec "ROLLBACK" end
  if ok then return rows end
  local message = type(rows) == "table" and rows.message or tostring(rows)
  if type(rows) == "table" and rows.code == "SQLITE_INTERRUPT" then
    message = "It took too long: ask for less, or use an index."
  end
  return nil, M.errors.query { text = message }
end

--- @param ports table {db, store, clock, hub, reader=|nil a connection that cannot write}
function M.new(ports)
  return setmetatable({ ports = ports }, Console)
end

return M
