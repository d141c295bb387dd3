-- RCON: packets, a parser for any segmentation of the stream, and a session that logs in and collects answers.
-- Format: https://developer.valvesoftware.com/wiki/Source_RCON_Protocol. Answers stay the bytes the server sent.
local M = {}

M.RESPONSE_VALUE, M.EXECCOMMAND, M.AUTH_RESPONSE, M.AUTH = 0, 2, 2, 3

--- Longest command and password in bytes; srcds drops a connection that sends longer packets.
M.MAX_COMMAND = 4000
local MIN_SIZE, MAX_SIZE = 10, 16384
local MAX_ANSWER = 1 << 20
local LAST_ID = 0x7ffffff0

--- The bytes of one packet.
-- @param id integer 32 bits
-- @param kind integer one of the four constants
-- @param body string without NUL
-- @return string
function M.encode(id, kind, body)
  return string.pack("<I4i4i4zz", #body + MIN_SIZE, id, kind, body, "")
end

local Decoder = {}
Decoder.__index = Decoder

--- A parser of the byte stream. It holds back at most one packet.
-- @return table with feed(bytes)
function M.decoder()
  return setmetatable({ buffer = "" }, Decoder)
end

--- Take bytes, cut anywhere.
-- @param bytes string
-- @return table[]|nil the packets {id=, kind=, body=} that became whole; nil, message when the stream is none of RCON
function Decoder:feed(bytes)
  local buffer, place, packets = self.buffer .. bytes, 1, {}
  while #buffer - place + 1 >= 4 do
    local size = string.unpack("<i4", buffer, place)
    if size < MIN_SIZE or size > MAX_SIZE then return nil, ("a packet of %d bytes"):format(size) end
    if #buffer - place + 1 < size + 4 then break end
    local id, kind = string.unpack("<i4i4", buffer, place + 4)
    local body = buffer:sub(place + 12, place + size + 1)
    packets[#packets + 1] = { id = id, kind = kind, body = body }
    place = place + 4 + size
  end
  self.buffer = buffer:sub(place)
  return packets
end

local Session = {}
Session.__index = Session

local function fits(text)
  return #text <= M.MAX_COMMAND and not text:find("[%z\r\n]")
end

--- A session over one connection. States: "new", "login" (sent), "ready", "refused", "broken".
-- @param password string
-- @return table|nil session; nil, message when the password cannot be sent
function M.session(password)
  if not fits(password) then return nil, "the password cannot be sent" end
  return setmetatable({ state = "new", password = password, last_id = 0, decoder = M.decoder() }, Session)
end

-- Never 0 (log chatter) and never -1 (refused login).
local function next_id(self)
  self.last_id = self.last_id >= LAST_ID and 1 or self.last_id + 1
  return self.last_id
end

--- Begin the login.
-- @return string bytes to send
function Session:login()
  self.state = "login"
  self.login_id = next_id(self)
  self.pending = nil
  return M.encode(self.login_id, M.AUTH, self.password)
end

--- Send a command. Its end is found by the mirror of an empty packet behind it, because the protocol marks none.
-- @param text string one line
-- @return string|nil bytes to send; nil, "not ready", "busy" or "not one line of at most 4000 bytes"
function Session:command(text)
  if self.state ~= "ready" then return nil, "not ready" end
  if self.pending then return nil, "busy" end
  if not fits(text) then return nil, "not one line of at most 4000 bytes" end
  self.pending = { id = next_id(self), mirror = next_id(self), parts = {}, length = 0 }
  return M.encode(self.pending.id, M.EXECCOMMAND, text) .. M.encode(self.pending.mirror, M.RESPONSE_VALUE, "")
end

--- Stop waiting for the command's end (some commands never answer). What still comes for it is ignored.
-- @return string what has come so far
function Session:give_up()
  local pending = self.pending
  self.pending = nil
  return pending and table.concat(pending.parts) or ""
end

local function broken(self, message)
  self.state, self.pending = "broken", nil
  return { type = "broken", message = message }
end

local function on_login(self, packet)
  if packet.kind ~= M.AUTH_RESPONSE then return nil end
  if packet.id == -1 then
    self.state = "refused"
    return { type = "refused" }
  end
  if packet.id ~= self.login_id then return nil end
  self.state = "ready"
  return { type = "ready" }
end

local function on_ready(self, packet)
  local pending = self.pending
  if packet.kind == M.AUTH_RESPONSE and packet.id == -1 then return broken(self, "the server forgot the login") end
  if not pending or packet.kind ~= M.RESPONSE_VALUE then return nil end
  if packet.id == pending.mirror then
    return { type = "answer", text = self:give_up() }
  end
  if packet.id ~= pending.id then return nil end
  pending.length = pending.length + #packet.body
  if pending.length > MAX_ANSWER then return broken(self, "the answer is longer than a megabyte") end
  table.insert(pending.parts, packet.body)
  return nil
end

--- Take bytes from the server.
-- @param bytes string
-- @return table[] events in order: {type="ready"}, {type="refused"}, {type="answer", text=}, {type="broken", message=}
function Session:feed(bytes)
  if self.state == "broken" then return {} end
  local packets, message = self.decoder:feed(bytes)
  if not packets then return { broken(self, message) } end
  local events = {}
  for _, packet in ipairs(packets) do
    local handler = self.state == "login" and on_login or self.state == "ready" and on_ready
    events[#events + 1] = handler and handler(self, packet)
  end
  return events
end

return M
