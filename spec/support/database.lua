-- A database in memory (or in a file) with the whole schema, and rows to begin with.
local M = {}

local files

local function schema_files()
  if files then return files end
  local directory = require("host.runtime").share_dir .. "/schema"
  local pipe = assert(io.popen(("ls '%s'"):format(directory)))
  files = {}
  for name in pipe:lines() do
    if name:match("%.sql$") then
      local file = assert(io.open(directory .. "/" .. name, "rb"))
      files[#files + 1] = { name = name, sql = file:read("a") }
      file:close()
    end
  end
  pipe:close()
  return files
end

--- The files of schema/.
-- @return table list of {name=, sql=}
M.schema_files = schema_files

-- The newest schema as one script: all that the steps leave behind in an empty database.
local function script_of(d)
  local out = {}
  for row in d:each "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid" do
    out[#out + 1] = row.sql
  end
  out[#out + 1] = ("PRAGMA user_version = %d;"):format(d:value "PRAGMA user_version")
  return table.concat(out, ";\n")
end

local newest

--- Open a database with the newest schema. The steps are taken once a process; later ones in memory get what they left.
-- @param path string|nil in memory unless told
-- @return connection
function M.open(path)
  local migrate = require "store.migrate"
  local d = assert(require("store.db").open(path or ":memory:", { create = true }))
  if newest and not path then
    assert(d:exec(newest))
    return d
  end
  assert(migrate.run(d, migrate.steps(schema_files()), function() return true end))
  newest = newest or script_of(d)
  return d
end

--- Add a user whose password nobody knows.
-- @param tables table from store.new
-- @return table user
function M.user(tables, username, admin)
  return tables.users:get(assert(tables.users:create {
    username = username, password_digest = "none", admin = admin or false, at = 1,
  }))
end

return M
