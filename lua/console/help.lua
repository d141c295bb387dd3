-- The console's help and its method names, all made from the registry of actions.
local M = {}

local BUILT_IN <const> = {
  { "print(…)", "Print values" },
  { "help(name)", 'Show help, for example help("server.start") or help("server")' },
  { "tasks:list()", "List the scheduler's tasks: what each waits for, since when" },
  { "db:query(sql, …)", "Read from the database; values for each ? follow the statement" },
}

local function has_id(record)
  for _, field in ipairs(record.args) do
    if field.name == "id" then return true end
  end
  return false
end

--- The verb of an action: "start" of "server.start".
local function verb(record)
  return record.name:match("%.(.+)$")
end

--- Sort the actions by object: those of one object (with an id) and those of all.
-- @param actions table list of records, as actions.list() gives
-- @return table object → {one = {verb → record}, all = {verb → record}}
function M.catalog(actions)
  local catalog = {}
  for _, record in ipairs(actions) do
    local entry = catalog[record.object] or { one = {}, all = {} }
    catalog[record.object] = entry
    local side = has_id(record) and "one" or "all"
    entry[side][verb(record)] = record
  end
  return catalog
end

local function argument_names(record)
  local names = {}
  for _, field in ipairs(record.args) do
    if field.name ~= "id" then names[#names + 1] = field.name .. " =" end
  end
  if #names == 0 then return "()" end
  return "{" .. table.concat(names, ", ") .. "}"
end

--- How an action is written in the console.
-- @param record table of the registry
-- @return string e.g. "server(id):start()"
function M.usage(record)
  local subject = has_id(record) and record.object .. "(id)" or record.object .. "s"
  return subject .. ":" .. verb(record) .. argument_names(record)
end

local function columns(rows)
  local width = 0
  for _, row in ipairs(rows) do width = math.max(width, utf8.len(row[1])) end
  local lines = {}
  for i, row in ipairs(rows) do
    lines[i] = "  " .. row[1] .. (" "):rep(width - utf8.len(row[1]) + 2) .. row[2]
  end
  return table.concat(lines, "\n")
end

local function overview(actions)
  local rows = {}
  for i, record in ipairs(actions) do rows[i] = { M.usage(record), record.summary } end
  for _, row in ipairs(BUILT_IN) do rows[#rows + 1] = row end
  return "Lua, with these beside it:\n" .. columns(rows)
end

local function of_record(record)
  local rows = {}
  for _, field in ipairs(record.args) do
    local note = field.required and field.name ~= "id" and " (needed)" or ""
    rows[#rows + 1] = { field.name, field.help .. note }
  end
  local text = ("%s\n%s."):format(M.usage(record), record.summary)
  if #rows > 0 then text = text .. "\n" .. columns(rows) end
  return text
end

--- The text of help(name).
-- @param actions table list of records
-- @param name string|nil an action ("server.start"), an object ("server"), or nil for all
-- @return string | nil, string why there is none
function M.text(actions, name)
  if name == nil then return overview(actions) end
  local rows = {}
  for _, record in ipairs(actions) do
    if record.name == name then return of_record(record) end
    if record.object == name or record.object .. "s" == name then
      rows[#rows + 1] = { M.usage(record), record.summary }
    end
  end
  if #rows > 0 then return columns(rows) end
  return nil, "There is no help on that. help() lists everything."
end

return M
