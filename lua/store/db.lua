-- Opens the database the way every connection of ours must be: WAL, foreign keys, patience.
local db = require "host.db"

local M = {}

local BUSY_MS = 5000

--- Open the database. Raises what the pragmas raise. May block.
-- @param path string
-- @param options {create=boolean, readonly=boolean}|nil
-- @return connection|nil
-- @return string|nil message
-- @return string|nil code
function M.open(path, options)
  options = options or {}
  local d, message, code = db.open(path, {
    create = options.create or false, readonly = options.readonly or false, busy_ms = BUSY_MS,
  })
  if not d then return nil, message, code end
  if not options.readonly then d:exec("PRAGMA journal_mode = WAL") end
  d:exec("PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON")
  return d
end

--- Close a connection, leaving the planner's statistics up to date.
-- @param d connection
function M.close(d)
  pcall(d.exec, d, "PRAGMA optimize")
  d:close()
end

return M
