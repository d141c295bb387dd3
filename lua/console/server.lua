-- The service's end of the console: sessions over the Unix socket, as tasks of the scheduler.
--
-- Messages from the client: {type="line", text=, whole=boolean|nil}, {type="complete", text=},
-- {type="cancel"}; each with an id that its answers repeat. To the client: hello {user, version},
-- output {text}, more, done {ok, text}, completions {typed, items}, refused {text}.
local complete = require "console.complete"
local format = require "console.format"
local plain = require "console.plain"
local repl = require "console.repl"

local M = {}

local MAX_SESSIONS <const> = 8
--- Messages that come while a chunk runs; who sends more is taken for gone.
local MAX_WAITING <const> = 8

local Server = {}
Server.__index = Server

--- @param ports table {actions = module, services =, guard =, json =, uid = of the service,
--   version =, tasks = function() → list of {name, waits_for, since}, pause = function() lets other
--   tasks run, log =}
-- @return table server
function M.new(ports)
  return setmetatable({ ports = ports, sessions = 0, secrets = M.secrets(ports.actions) }, Server)
end

--- The names of arguments that are never written down.
-- @param actions table the registry
-- @return table list
function M.secrets(actions)
  local names, seen = {}, {}
  for _, record in ipairs(actions.list()) do
    for _, field in ipairs(record.args) do
      if field.secret and not seen[field.name] then
        seen[field.name] = true
        names[#names + 1] = field.name
      end
    end
  end
  return names
end

local perform = {}

function perform.action(self, request)
  local ctx = { actor = self.actor, services = self.ports.services }
  return self.ports.actions.call(ctx, request.name, request.args)
end

function perform.tasks(self)
  return self.ports.tasks()
end

function perform.query(self, request)
  local values = { n = request.values.n }
  for i = 1, values.n do
    local value = request.values[i]
    if type(value) == "table" or type(value) == "function" then
      return nil, "A value for the statement must be a text, a number, true, false or nil."
    end
    values[i] = value
  end
  return self.ports.services.console:query(request.sql, values)
end

--- Do what a chunk asked for; what comes back is plain data.
local function answer(self, request)
  local ok, value, err = pcall(perform[request.kind], self, request)
  if not ok then
    self.ports.log:error("console: " .. tostring(value))
    return nil, "Something went wrong; the log of the service says more."
  end
  if err ~= nil then return nil, tostring(err) end
  local copied, problem = plain.copy(value == nil and true or value)
  if copied == nil then return nil, "The answer " .. problem .. "." end
  return copied
end

--- Answer the message that is being handled.
local function send(self, message)
  message.id = self.id
  self.connection:send(message)
end

local function flush(self)
  local printed = self.repl:printed()
  if printed then send(self, { type = "output", text = printed }) end
end

--- Whether the client wants the running chunk stopped, or is gone.
local function is_cancelled(self)
  local message, why = self.connection:poll()
  if message and message.type == "cancel" then return true end
  if message then self.waiting[#self.waiting + 1] = message end
  return why ~= nil and why ~= "again" or #self.waiting > MAX_WAITING
end

local function finish(self, ok, text)
  flush(self)
  send(self, { type = "done", ok = ok, text = text })
end

--- What is not recorded is not run.
local function record(self)
  local service = self.ports.services.console
  local ok, raised = pcall(service.record, service, self.actor, self.repl.code, self.secrets)
  if ok then return true end
  self.repl:cancel()
  finish(self, false, "not run, as it could not be recorded: " .. format.text(tostring(raised)))
end

--- Step through a chunk to its end.
local function run(self)
  if not record(self) then return end
  local state, detail = self.repl:step()
  while state == "slice" or state == "request" do
    flush(self)
    self.ports.pause()
    if is_cancelled(self) then
      self.repl:cancel()
      return finish(self, false, "cancelled")
    end
    if state == "request" then
      state, detail = self.repl:step(answer(self, detail))
    else
      state, detail = self.repl:step()
    end
  end
  return finish(self, state == "done", detail)
end

local handle = {}

function handle.line(self, message)
  if type(message.text) ~= "string" then return finish(self, false, "there is no text") end
  local state, problem = self.repl:feed(message.text, message.whole == true)
  if state == "more" then return send(self, { type = "more" }) end
  if not state then return finish(self, false, problem) end
  run(self)
end

function handle.cancel(self)
  self.repl:cancel()
  finish(self, true, "")
end

function handle.complete(self, message)
  local line = type(message.text) == "string" and message.text:sub(1, 4096) or ""
  local found = complete.complete(line, self.repl.globals, self.ports.actions.list())
  local items = self.ports.json.array(found.items)
  send(self, { type = "completions", typed = found.typed, items = items })
end

local function talk(self)
  while true do
    local message = table.remove(self.waiting, 1) or self.connection:receive()
    if not message or not handle[message.type] then return end
    self.id = math.type(message.id) == "integer" and message.id or nil
    handle[message.type](self, message)
  end
end

--- Why a peer may not have a session; nil when it may.
function Server:refusal(peer)
  if not peer or peer.uid ~= 0 and peer.uid ~= self.ports.uid then
    return "The console is for the user of the service and for root."
  end
  if self.sessions >= MAX_SESSIONS then return "There are too many console sessions already." end
end

local function new_session(self, connection)
  return {
    ports = self.ports, secrets = self.secrets, connection = connection, waiting = {},
    actor = self.ports.services.console:actor(),
    repl = repl.new { guard = self.ports.guard, actions = self.ports.actions.list() },
  }
end

--- Serve one connection to its end; to be called in a task of its own.
-- @param connection table of console.connection
function Server:serve(connection)
  local problem = self:refusal(connection.socket:peer())
  if problem then
    connection:send { type = "refused", text = problem }
    return connection:close()
  end
  self.sessions = self.sessions + 1
  local session
  local ok, err = pcall(function()
    session = new_session(self, connection)
    connection:send {
      type = "hello", user = format.text(session.actor.username), version = self.ports.version,
    }
    talk(session)
  end)
  self.sessions = self.sessions - 1
  if session then session.repl:cancel() end
  connection:close()
  if not ok then error(err, 0) end
end

return M
