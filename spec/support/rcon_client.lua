-- A small blocking RCON client with deadlines, for specs, benchmarks and the quickstart's check.
local clock = require "host.clock"
local rcon = require "domain.rcon"
local sock = require "host.sock"

local M = {}

local TIMEOUT_MS = 5000

local Client = {}
Client.__index = Client

--- Connect and log in.
-- @param ip string numeric address
-- @param port integer
-- @param password string
-- @param timeout_ms integer|nil limit of the login and of each command (default 5000)
-- @return client|nil; nil, "timeout", "refused", "closed" or the system's message
function M.open(ip, port, password, timeout_ms)
  local session, message = rcon.session(password)
  if not session then return nil, message end
  local socket, why = sock.tcp_connect(ip, port)
  if not socket then return nil, why end
  local client = setmetatable({ socket = socket, session = session, timeout_ms = timeout_ms or TIMEOUT_MS }, Client)
  local event
  event, why = client:login()
  if event and event.type == "ready" then return client end
  client:close()
  return nil, why or event.message or event.type
end

function Client:login()
  local deadline = clock.monotonic() + self.timeout_ms
  local connected, why
  repeat
    self.socket:wait("w", math.max(0, deadline - clock.monotonic()))
    connected, why = self.socket:connected()
  until connected or why ~= "again" or clock.monotonic() >= deadline
  if not connected then return nil, why == "again" and "timeout" or why end
  return self:exchange(self.session:login(), deadline)
end

-- A peer that went away is told by an end or a reset, depending on what was still under way.
local function reason(why, code)
  if why == "eof" or code == "ECONNRESET" or code == "EPIPE" then return "closed" end
  return why == "again" and "timeout" or why
end

function Client:send(data, deadline)
  while #data > 0 do
    local sent, why, code = self.socket:send(data)
    if sent then
      data = data:sub(sent + 1)
    elseif why ~= "again" or clock.monotonic() >= deadline then
      return nil, reason(why, code)
    else
      self.socket:wait("w", math.max(0, deadline - clock.monotonic()))
    end
  end
  return true
end

-- Send, then read until the session has something to say.
function Client:exchange(data, deadline)
  local sent, problem = self:send(data, deadline)
  if not sent then return nil, problem end
  repeat
    local bytes, why, code = self.socket:recv(65536)
    if bytes then
      local event = self.session:feed(bytes)[1]
      if event then return event end
    elseif why ~= "again" then
      return nil, reason(why, code)
    else
      self.socket:wait("r", math.max(0, deadline - clock.monotonic()))
    end
  until clock.monotonic() >= deadline
  return nil, "timeout"
end

--- Run one command.
-- @param text string one line
-- @return string|nil its whole answer; nil, "timeout" or "closed" (and what had come of the answer until then)
function Client:command(text)
  local data, problem = self.session:command(text)
  if not data then return nil, problem end
  local event, why = self:exchange(data, clock.monotonic() + self.timeout_ms)
  if event and event.type == "answer" then return event.text end
  return nil, why or event.message, self.session:give_up()
end

function Client:close()
  self.socket:close()
end
Client.__close = Client.close

return M
