-- Server queries (A2S): the packets to send, replies from split packets in any order, and what they say.
-- Format: https://developer.valvesoftware.com/wiki/Server_queries. Texts stay the bytes the server sent: not always
-- UTF-8, and chosen by strangers.
local M = {}

local HEADERS = { info = "TSource Engine Query\0", players = "U", rules = "V" }
local ANSWERS = { I = "info", D = "players", E = "rules" }
local MAX_SPLITS, MAX_PARTS, MAX_DATAGRAM = 4, 64, 4096
local MAX_CHALLENGES = 3

--- The bytes of a query.
-- @param kind string "info", "players" or "rules"
-- @param challenge integer|nil the number the server gave; nil asks for one
-- @return string
function M.request(kind, challenge)
  local query = "\255\255\255\255" .. HEADERS[kind]
  if challenge then return query .. string.pack("<I4", challenge) end
  return kind == "info" and query or query .. "\255\255\255\255"
end

local Reader = {}
Reader.__index = Reader

local function reader(data)
  return setmetatable({ data = data, place = 1, short = false }, Reader)
end

-- Reading past the end gives the fallback and is remembered: one check after a whole record is enough.
function Reader:take(format, size, fallback)
  if self.place + size - 1 > #self.data then
    self.short, self.place = true, #self.data + 1
    return fallback
  end
  local value = string.unpack(format, self.data, self.place)
  self.place = self.place + size
  return value
end

function Reader:byte() return self:take("<I1", 1, 0) end
function Reader:int16() return self:take("<I2", 2, 0) end
function Reader:int32() return self:take("<i4", 4, 0) end
function Reader:int64() return self:take("<i8", 8, 0) end
function Reader:float() return self:take("<f", 4, 0.0) end

function Reader:text()
  local stop = self.data:find("\0", self.place, true)
  if not stop then
    self.short, self.place = true, #self.data + 1
    return ""
  end
  local value = self.data:sub(self.place, stop - 1)
  self.place = stop + 1
  return value
end

function Reader:at_end()
  return self.place > #self.data
end

local parsers = {}

local function extra_fields(from, info)
  local flags = from:at_end() and 0 or from:byte()
  if flags & 0x80 ~= 0 then info.port = from:int16() end
  if flags & 0x10 ~= 0 then info.steam_id = from:int64() end
  if flags & 0x40 ~= 0 then info.tv_port, info.tv_name = from:int16(), from:text() end
  if flags & 0x20 ~= 0 then info.keywords = from:text() end
  if flags & 0x01 ~= 0 then info.game_id = from:int64() end
end

function parsers.info(from)
  local info = { kind = "info", protocol = from:byte(), name = from:text(), map = from:text(), folder = from:text(),
    game = from:text(), app_id = from:int16(), players = from:byte(), max_players = from:byte(), bots = from:byte(),
    type = string.char(from:byte()), os = string.char(from:byte()), password = from:byte() ~= 0,
    vac = from:byte() ~= 0, version = from:text() }
  if not from.short then extra_fields(from, info) end
  if from.short then return nil, "the reply breaks off" end
  return info
end

-- Servers tell more players and rules than they send: what is whole counts, and `cut` says that some was missing.
function parsers.players(from)
  local reply = { kind = "players", players = {}, cut = false }
  for _ = 1, from:byte() do
    local player = { index = from:byte(), name = from:text(), score = from:int32(), seconds = from:float() }
    if from.short then break end
    table.insert(reply.players, player)
  end
  reply.cut = from.short
  return reply
end

function parsers.rules(from)
  local reply = { kind = "rules", rules = {}, count = 0, cut = false }
  for _ = 1, from:int16() do
    local name, value = from:text(), from:text()
    if from.short then break end
    reply.rules[name] = value
    reply.count = reply.count + 1
  end
  reply.cut = from.short
  return reply
end

--- Read a whole reply (with its four bytes of -1 in front).
-- @param packet string
-- @return table|nil {kind="challenge", challenge=}, {kind="info", name=, map=, players=, max_players=, bots=, …},
--   {kind="players", players={ {name=, score=, seconds=}… }, cut=boolean} or {kind="rules", rules={name=value}, …};
--   nil, message when it is none
function M.parse(packet)
  if #packet < 5 or packet:sub(1, 4) ~= "\255\255\255\255" then return nil, "not a reply to a query" end
  local letter, from = packet:sub(5, 5), reader(packet:sub(6))
  if letter == "A" then
    local challenge = from:take("<I4", 4, 0)
    if from.short then return nil, "the challenge breaks off" end
    return { kind = "challenge", challenge = challenge }
  end
  local kind = ANSWERS[letter]
  if not kind then return nil, "not a reply to a query" end
  return parsers[kind](from)
end

local Collector = {}
Collector.__index = Collector

--- Puts split packets together. It keeps at most four unfinished replies and forgets the oldest.
-- @return table with feed(datagram)
function M.collector()
  return setmetatable({ splits = {} }, Collector)
end

local function find_split(self, id, total)
  for _, split in ipairs(self.splits) do
    if split.id == id then return split end
  end
  if #self.splits == MAX_SPLITS then table.remove(self.splits, 1) end
  local split = { id = id, total = total, have = 0, parts = {} }
  table.insert(self.splits, split)
  return split
end

local function forget(self, split)
  for i, other in ipairs(self.splits) do
    if other == split then table.remove(self.splits, i) end
  end
end

--- Take a datagram.
-- @param datagram string
-- @return string|nil a whole reply; nil, "more" while parts are missing; nil, message when it cannot be used
function Collector:feed(datagram)
  if #datagram > MAX_DATAGRAM then return nil, "the datagram is too long" end
  if datagram:sub(1, 4) ~= "\254\255\255\255" then return datagram end
  if #datagram < 12 then return nil, "the split packet breaks off" end
  local id, total, number = string.unpack("<I4I1I1", datagram, 5)
  if id & 0x80000000 ~= 0 then return nil, "the reply is compressed" end
  if total < 1 or total > MAX_PARTS or number >= total then return nil, "the split packet's numbers cannot be right" end
  local split = find_split(self, id, total)
  if split.total ~= total then return nil, "the split packet's numbers cannot be right" end
  if not split.parts[number + 1] then
    split.parts[number + 1] = datagram:sub(13)
    split.have = split.have + 1
  end
  if split.have < total then return nil, "more" end
  forget(self, split)
  return table.concat(split.parts)
end

local Query = {}
Query.__index = Query

--- One question to one server: knows what to send next and when it is answered.
-- @param kind string "info", "players" or "rules"
-- @param challenge integer|nil one from an earlier answer saves a round trip
-- @return table with request() and receive(datagram)
function M.query(kind, challenge)
  return setmetatable({ kind = kind, challenge = challenge, challenges = 0, collector = M.collector() }, Query)
end

--- The bytes to send, first and after every pause without an answer.
function Query:request()
  return M.request(self.kind, self.challenge)
end

--- Take a datagram that came from the asked address.
-- @param datagram string
-- @return string "send" (send request() again, now with its challenge), "wait" or "done"; with "done" the parsed reply
function Query:receive(datagram)
  local packet = self.collector:feed(datagram)
  local reply = packet and M.parse(packet)
  if not reply then return "wait" end
  if reply.kind == self.kind then return "done", reply end
  if reply.kind ~= "challenge" or self.challenges == MAX_CHALLENGES then return "wait" end
  self.challenges = self.challenges + 1
  self.challenge = reply.challenge
  return "send"
end

return M
