-- `left4me migrate` and `left4me backup FILE`: the schema and online copies.
local context = require "boot.commands.context"
local database = require "boot.database"
local directory = require "boot.directory"

local function migrate(values)
  local config, err = context.config(values)
  if not config then return nil, err end
  local root, message = directory.prepare(config)
  if not root then return nil, message end
  local d, from, to = database.migrate(config)
  if not d then return nil, from end
  require("store.db").close(d)
  if from == to then
    context.say("The database is at schema %d already.", to)
  else
    context.say("The database went from schema %d to %d.", from, to)
  end
  return 0
end

local function backup(values)
  return context.with_services(values, function(_, ports)
    local taken = io.open(values.file, "rb")
    if taken then
      taken:close()
      return nil, values.file .. " exists already"
    end
    local ok, message = ports.db:backup(values.file)
    if not ok then return nil, message end
    context.say("The database is copied to %s.", values.file)
    return 0
  end)
end

return {
  { name = "migrate", summary = "Make the database, or bring it to the newest schema", run = migrate },
  {
    name = "backup", summary = "Copy the database to a file while the service runs",
    args = { { name = "FILE", help = "Must not exist yet" } },
    run = backup,
  },
}
