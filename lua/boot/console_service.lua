-- Opens the console's socket in the scheduler's thread and gives each connection a task.
local connection = require "console.connection"
local server = require "console.server"

local M = {}

local PRIVATE <const> = 384 -- 0600
--- For one db:query; the scheduler does nothing else meanwhile.
local QUERY_MS <const> = 100
local NAME <const> = "console.sock"
local PAUSE_MS <const> = 100

local function open_reader(config)
  local reader = require("host.db").open(config.db, { readonly = true })
  if reader then reader:limit(nil, QUERY_MS) end
  return reader
end

local function new_server(ports)
  local runtime = require "host.runtime"
  local _, uid = runtime.ids()
  return server.new {
    actions = require "actions", services = ports.services, guard = require "host.guard",
    json = ports.json, uid = uid, version = runtime.version, log = ports.log,
    tasks = function() return ports.tasks:list() end,
    pause = function() ports.tasks:sleep(0, "its next turn") end,
  }
end

local function serve(ports, consoles, socket)
  consoles:serve(connection.new {
    socket = socket, json = ports.json,
    wait = function(fd, mode) ports.tasks:any("the console's user", { [fd] = mode }) end,
  })
end

--- Listen, if possible: a service without a console is still a service.
-- @param ports table of the scheduler; gets reader
-- @param config table
-- @return function to be called at the end
function M.start(ports, config)
  local listener, message = require("host.sock").unix_listen(config.root .. "/" .. NAME, PRIVATE)
  if not listener then
    ports.log:error("the console cannot be reached: %s", message)
    return function() end
  end
  ports.reader = open_reader(config)
  local consoles, tasks = new_server(ports), ports.tasks
  local accepting = tasks:spawn("console", function()
    while true do
      tasks:readable(listener:fd(), "a console")
      local socket = listener:accept()
      local function session() serve(ports, consoles, socket) end
      if socket then
        tasks:spawn("console session", session)
      else
        tasks:sleep(PAUSE_MS, "a free descriptor")
      end
    end
  end)
  return function()
    tasks:cancel(accepting)
    listener:close()
    ports.root:remove(NAME)
    if ports.reader then ports.reader:close() end
  end
end

return M
