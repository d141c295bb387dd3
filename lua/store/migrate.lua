-- Brings a database to the newest schema: ordered steps, one transaction each, a backup before the first.
local M = {}

--- Order the files of schema/ and check that they are numbered 1, 2, 3, …
-- @param files table list of {name="0001_initial.sql", sql=}
-- @return table list of {version=, name=, sql=}; raises when a number is missing or doubled
function M.steps(files)
  local steps = {}
  for _, file in ipairs(files) do
    local version = math.tointeger(tonumber(file.name:match("^(%d%d%d%d)_[%w_]+%.sql$")))
    assert(version, "not a schema file: " .. file.name)
    steps[#steps + 1] = { version = version, name = file.name, sql = file.sql }
  end
  table.sort(steps, function(a, b) return a.version < b.version end)
  for i, step in ipairs(steps) do assert(step.version == i, "schema files are not numbered in order: " .. step.name) end
  return steps
end

--- The schema version of a database; 0 is an empty one.
-- @param d connection
-- @return integer
function M.version(d)
  return d:value("PRAGMA user_version")
end

--- Why a database cannot be used with these steps.
-- @param d connection
-- @param steps table
-- @return string|nil problem
function M.problem(d, steps)
  local version = M.version(d)
  if version > #steps then
    return ("it was made by a newer version of left4me (schema %d, this version knows %d)"):format(version, #steps)
  end
  if version == 0 and d:value("SELECT count(*) FROM sqlite_schema") > 0 then
    return "it is not a database of left4me"
  end
end

local function apply(d, step)
  return d:transaction(function()
    if M.version(d) >= step.version then return true end -- another process was faster
    local ok, message = d:exec(step.sql)
    if not ok then error(("%s: %s"):format(step.name, message), 0) end
    d:exec(("PRAGMA user_version = %d"):format(step.version))
    return true
  end)
end

--- Apply the steps a database lacks.
-- @param d connection
-- @param steps table from steps()
-- @param backup function(version) → true|nil, message; called before an existing database is changed
-- @return integer|nil from the version before
-- @return integer|string to the version now, or the problem
function M.run(d, steps, backup)
  local problem = M.problem(d, steps)
  if problem then return nil, problem end
  local from = M.version(d)
  if from > 0 and from < #steps then
    local ok, message = backup(from)
    if not ok then return nil, "it could not be backed up before the change: " .. tostring(message) end
  end
  for i = from + 1, #steps do apply(d, steps[i]) end
  return from, #steps
end

return M
