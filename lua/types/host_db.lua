-- Stub of host.db (runtime/db.c, runtime/db_binding.c): SQLite, one connection per Lua state.
---@meta host.db

local M = {}

--- Binds NULL, as nil does.
M.null = nil ---@type lightuserdata

--- What every SQL failure but a constraint raises; tostring gives "CODE: message".
---@class host.db.error
---@field code string symbolic name, for example "SQLITE_FULL"
---@field message string

---@class host.db.connection
local Connection = {}

--- Open a database. A file that is not one fails here. A new file has mode 0600. May block.
---@param path string or ":memory:"
---@param options? {readonly: boolean, create: boolean, busy_ms: integer} busy_ms is 5000
---@return host.db.connection|nil
---@return string|nil message
---@return string|nil code "SQLITE_CANTOPEN", "SQLITE_NOTADB", "SQLITE_CORRUPT", …
function M.open(path, options) end

--- A value to bind as BLOB; strings are bound as TEXT. Both are read back as strings, by length.
---@param bytes string
---@return userdata
function M.blob(bytes) end

--- Run a script of any number of statements. May block.
---@param script string
---@return true|nil
---@return string|nil message
---@return string|nil code a constraint's, for example "SQLITE_CONSTRAINT_UNIQUE"
function Connection:exec(script) end

--- Run one statement. Parameters are nil, null, boolean (0 or 1), integer, float, string or blob.
--- May block.
---@param sql string
---@param ... any one value for each `?`
---@return integer|nil changes rows changed
---@return integer|string last_id the last inserted row id, or the message
---@return string|nil code a constraint's
function Connection:run(sql, ...) end

--- The first row, a NULL column being an absent key; nil when there is none. May block.
---@param sql string
---@param ... any
---@return table|nil row
---@return string|nil message
---@return string|nil code a constraint's (INSERT … RETURNING)
function Connection:row(sql, ...) end

--- All rows, as a list. May block.
---@param sql string
---@param ... any
---@return table[]|nil rows
---@return string|nil message
---@return string|nil code a constraint's
function Connection:rows(sql, ...) end

--- The first column of the first row; nil for NULL and for no row. May block.
---@param sql string
---@param ... any
---@return integer|number|string|nil value
---@return string|nil message
---@return string|nil code a constraint's
function Connection:value(sql, ...) end

--- Iterate over rows: `for row in d:each(sql) do`. Leaving the loop closes the statement. May
--- block.
---@param sql string
---@param ... any
---@return fun(): table|nil
function Connection:each(sql, ...) end

--- Call fn(...) between BEGIN IMMEDIATE and COMMIT. Rolls back when fn raises (raised again) or
--- when its first result is nil or false. fn cannot yield. Raises within another transaction. May
--- block.
---@param fn function
---@param ... any
---@return any ... what fn returned; nil, message, code when a deferred constraint fails at COMMIT
function Connection:transaction(fn, ...) end

--- Two integers of which at least one changes whenever the database's content has: by others, by this connection.
---@return integer others
---@return integer own
function Connection:stamp() end

--- Whether a transaction is open.
---@return boolean
function Connection:in_transaction() end

--- Copy the database to a file in one step, beside writers. A new file has mode 0600. May block.
---@param to_path string
---@return true|nil
---@return string|nil message
---@return string|nil code
function Connection:backup(to_path) end

--- PRAGMA quick_check. May block (about 2 s for 1 GB).
---@return true|nil
---@return string|nil message the first thing found
---@return string|nil code "SQLITE_CORRUPT", "SQLITE_NOTADB"
function Connection:check() end

--- Bound every later statement to about so many steps of SQLite's machine and so much time
--- ("SQLITE_INTERRUPT" beyond), and values to 300 kB and patterns to 100 bytes. Without arguments the
--- bounds on steps and time are lifted.
---@param max_vm_ops integer|nil
---@param max_ms integer|nil
function Connection:limit(max_vm_ops, max_ms) end

--- Close; again is fine.
function Connection:close() end

return M
