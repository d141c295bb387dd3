-- One JSON object per line over a socket; waiting is the business of whoever gives us `wait`.
local M = {}

local MAX_LINE <const> = 1024 * 1024

local Connection = {}
Connection.__index = Connection

--- @param ports table {socket = of host.sock, json = host.json, wait = function(fd, "r"|"w") that
--   returns once the descriptor is ready, or raises}
-- @return table connection
function M.new(ports)
  return setmetatable({ socket = ports.socket, json = ports.json, wait = ports.wait, buffer = "" },
    Connection)
end

--- Take one complete line out of the buffer.
local function take(self)
  local line, rest = self.buffer:match("^([^\n]*)\n(.*)$")
  if not line then return nil end
  self.buffer = rest
  local message = self.json.decode(line, { max_bytes = MAX_LINE })
  if type(message) == "table" and type(message.type) == "string" then return message end
  return nil, "not a message"
end

--- The next message if it is here already.
-- @return table|nil message
-- @return string|nil "again", "eof" or what is wrong
function Connection:poll()
  while true do
    local message, problem = take(self)
    if message or problem then return message, problem end
    if #self.buffer > MAX_LINE then return nil, "the line is too long" end
    local data, why = self.socket:recv(65536)
    if not data then return nil, why end
    self.buffer = self.buffer .. data
  end
end

--- The next message; waits for it.
-- @return table|nil message
-- @return string|nil "eof" or what is wrong
function Connection:receive()
  while true do
    local message, why = self:poll()
    if why ~= "again" then return message, why end
    self.wait(self.socket:fd(), "r")
  end
end

--- Send a message; waits until all of it is on its way.
-- @return true | nil, string what is wrong
function Connection:send(message)
  local data, from = self.json.encode(message) .. "\n", 1
  while from <= #data do
    local sent, why = self.socket:send(data:sub(from, from + 65535))
    if not sent and why ~= "again" then return nil, why end
    if sent then from = from + sent else self.wait(self.socket:fd(), "w") end
  end
  return true
end

--- Close the socket.
function Connection:close()
  self.socket:close()
end

return M
