-- Opens the database for a program: its schema must be ours and of today, and a broken file names the way back.
local fs = require "host.fs"
local ids = require "store.ids"
local migrate = require "store.migrate"
local runtime = require "host.runtime"
local store_db = require "store.db"
local texts = require("domain.findings").database

local M = {}

local MAX_SQL = 1 << 20

--- The steps of schema/.
-- @return table see store.migrate
function M.steps()
  local root = assert(fs.root(runtime.share_dir .. "/schema"))
  local files = {}
  for _, entry in ipairs(assert(root:list("."))) do
    if entry.name:match("%.sql$") then
      files[#files + 1] = { name = entry.name, sql = assert(root:read(entry.name, MAX_SQL)) }
    end
  end
  root:close()
  return migrate.steps(files)
end

--- The newest file in backups/.
-- @param config table
-- @return string|nil absolute path
function M.newest_backup(config)
  local root = fs.root(config.root .. "/backups")
  if not root then return nil end
  local newest, newest_time
  for _, entry in ipairs(root:list(".") or {}) do
    local stat = entry.name:match("%.db$") and root:stat(entry.name)
    if stat and stat.type == "file" and (not newest_time or stat.mtime > newest_time) then
      newest, newest_time = entry.name, stat.mtime
    end
  end
  root:close()
  return newest and config.root .. "/backups/" .. newest
end

local function broken(config, message)
  local backup, first = M.newest_backup(config), message:match("^[^\n]*")
  if backup then return texts.damaged { path = config.db, message = first, backup = backup } end
  return texts.lost { path = config.db, message = first, folder = config.root .. "/backups" }
end

local DAMAGE = { SQLITE_CORRUPT = true, SQLITE_NOTADB = true }

local function is_damage(code)
  return code ~= nil and (DAMAGE[code] or DAMAGE[code:match("^SQLITE_%u+")]) or false
end

local function unusable(config, message)
  return texts.unusable { path = config.db, message = message }
end

local function explain(config, message, code)
  if is_damage(code) then return broken(config, message) end
  if code == "SQLITE_CANTOPEN" then return texts.missing { path = config.db } end
  return unusable(config, message)
end

-- Whatever the database raises while it is opened is something to tell, not a fault. What is told is a phrase.
local function attempt(config, fn, ...)
  local result = table.pack(pcall(fn, ...))
  if result[1] then return table.unpack(result, 2, result.n) end
  local raised = result[2]
  if type(raised) ~= "table" or not raised.code then error(raised, 0) end
  return nil, explain(config, raised.message, raised.code)
end

local function backup_before(config, d)
  return function(version)
    return d:backup(("%s/backups/schema-%d-%s.db"):format(config.root, version, os.date("!%Y%m%dT%H%M%SZ")))
  end
end

local function check(config, d)
  local ok, message = d:check()
  if not ok then return nil, broken(config, message) end
  return true
end

local function open_current(config)
  local d, message, code = store_db.open(config.db)
  if not d then return nil, explain(config, message, code) end
  local steps = M.steps()
  local problem = migrate.problem(d, steps)
  if problem then
    d:close()
    return nil, unusable(config, problem)
  end
  if migrate.version(d) < #steps then
    d:close()
    return nil, texts.older { path = config.db }
  end
  return d
end

--- Open a database that must be of today's schema.
-- @param config table
-- @return connection|nil
-- @return string|nil message
-- @return table|nil phrase of domain.findings that says the same
function M.open(config)
  local d, problem = attempt(config, open_current, config)
  if not d then return nil, tostring(problem), problem end
  return d
end

-- Folders whose entries are named after the ids of a table.
local NAMED = { overlays = { "overlays" }, servers = { "instances", "runtime", "logs/servers" },
  jobs = { "logs/jobs" } }
local MOST_ENTRIES, MOST_DIGITS = 1 << 20, 15

local function highest_id(root, folders)
  local highest = 0
  for _, folder in ipairs(folders) do
    for _, entry in ipairs(root:list(folder, MOST_ENTRIES) or {}) do
      local digits = entry.name:match("^%d+$") or entry.name:match("^(%d+)%.log$")
      if digits and #digits <= MOST_DIGITS then highest = math.max(highest, math.tointeger(tonumber(digits))) end
    end
  end
  return highest
end

-- A database that was put back has forgotten the ids it gave since: whoever got one again would get the files, the
-- logs and perhaps the running game of who had it.
local function reserve_ids(config, d)
  local root <close> = fs.root(config.root)
  if not root then return end
  for name, folders in pairs(NAMED) do ids.reserve(d, name, highest_id(root, folders)) end
end

local function open_migrated(config)
  local d, message, code = store_db.open(config.db, { create = true })
  if not d then return nil, explain(config, message, code) end
  local ok
  ok, message = check(config, d)
  local from, to
  if ok then
    from, to = migrate.run(d, M.steps(), backup_before(config, d))
    message = not from and unusable(config, to) or nil
  end
  if not from then
    d:close()
    return nil, message
  end
  reserve_ids(config, d)
  return d, from, to
end

--- Check a database and bring it to today's schema; made when it is not there.
-- @param config table
-- @return connection|nil
-- @return integer|string the schema version before, or the problem
-- @return integer|nil the schema version now
function M.migrate(config)
  local d, from, to = attempt(config, open_migrated, config)
  if not d then return nil, tostring(from) end
  return d, from, to
end

return M
