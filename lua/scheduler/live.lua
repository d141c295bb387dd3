-- Asks the games that run who plays: small questions over the machine's own addresses, in no job's way.
--
-- Every game is asked every five seconds, and one that has just begun every second until it answers: what it plays and,
-- when people are there, who they are. All questions of a round leave from one socket an address, so a thousand games
-- cost no more descriptors than one. A game that is silent is asked once more, and in its next round at the next
-- address: Left 4 Dead 2 does not answer on the loopback network.
local a2s = require "domain.a2s"
local live = require "domain.live"
local topics = require "domain.topics"

local M = {}

local Live = {}
Live.__index = Live

local TICK_MS <const>, EVERY_MS <const>, EAGER_MS <const> = 1000, 5000, 60000
-- A full disk does not become less full by the second.
local PAUSE_MS <const> = 30000
local ANSWER_MS <const>, TRIES <const> = 500, 2
local MOST_AT_ONCE <const>, MOST_READ <const>, MOST_NOTED <const> = 64, 32, 100
local LONGEST_DATAGRAM <const> = 4096

-- The socket for an address; nil when the machine has that address no more.
local function socket_for(self, address)
  if self.sockets[address] == nil then
    local socket = self.ports.sock.udp(address, 0)
    self.sockets[address] = socket or false
    if socket then self.fds[socket:fd()] = "r" end
  end
  return self.sockets[address] or nil
end

-- Ask, or ask again. All answers may take equally long, so the earliest deadline is always the first of the list.
local function send(self, asked)
  asked.deadline = self.ports.clock.monotonic() + ANSWER_MS
  self.last = self.last + 1
  self.deadlines[self.last] = { asked = asked, at = asked.deadline }
  local socket = socket_for(self, asked.address)
  if socket then socket:sendto(asked.query:request(), asked.address, asked.game.port) end
end

local function ask(self, game, kind, challenge, state)
  local asked = { game = game, state = state, tries = 1, query = a2s.query(kind, challenge),
    address = self.addresses[game.place] or self.addresses[1] }
  self.asked[game.port] = asked
  send(self, asked)
end

-- A game has been asked all there is to ask.
local function done(self, game)
  self.asked[game.port] = nil
  self.open = self.open - 1
end

local function tell(self, game, state, names)
  state.id, state.at, state.names = game.id, self.ports.clock.now(), names
  game.at = state.at
  self.seen[#self.seen + 1] = state
  done(self, game)
end

local function answered(self, asked, reply)
  local game = asked.game
  if reply.kind == "players" then return tell(self, game, asked.state, live.players(reply, self.ports.clock.now())) end
  local state = live.state(reply)
  if reply.players == 0 then return tell(self, game, state, {}) end
  ask(self, game, "players", asked.query.challenge, state)
end

-- Only the asked address is listened to.
local function take(self, data, ip, port)
  local asked = self.asked[port]
  if not asked or ip ~= asked.address then return end
  local word, reply = asked.query:receive(data)
  if word == "send" then send(self, asked)
  elseif word == "done" then answered(self, asked, reply) end
end

local function read(self)
  for _, socket in pairs(self.sockets) do
    for _ = 1, socket and MOST_READ or 0 do
      local data, ip, port = socket:recvfrom(LONGEST_DATAGRAM)
      if not data then break end
      take(self, data, ip, port)
    end
  end
end

-- A game that says what it plays but not who is there has said enough.
local function give_up(self, asked)
  local game = asked.game
  if asked.state then return tell(self, game, asked.state, {}) end
  game.place = game.place % #self.addresses + 1
  done(self, game)
end

local function expire(self)
  local now, deadlines = self.ports.clock.monotonic(), self.deadlines
  while self.first <= self.last and deadlines[self.first].at <= now do
    local asked, at = deadlines[self.first].asked, deadlines[self.first].at
    deadlines[self.first] = nil
    self.first = self.first + 1
    if self.asked[asked.game.port] == asked and asked.deadline == at then
      asked.tries = asked.tries + 1
      if asked.tries <= TRIES then send(self, asked) else give_up(self, asked) end
    end
  end
end

local function ring(ports, ids)
  if #ids > 0 then ports.hub.ring "servers" end
  for _, id in ipairs(ids) do ports.hub.ring(topics.object("server", id)) end
end

-- Write down what was said; pages show it.
local function note(self)
  local seen = self.seen
  self.seen = {}
  if #seen > 0 then ring(self.ports, self.ports.store.live:note(seen)) end
end

local function start_more(self)
  while self.open < MOST_AT_ONCE and self.next <= #self.games do
    self.open = self.open + 1
    ask(self, self.games[self.next], "info")
    self.next = self.next + 1
  end
end

local function turn(self)
  start_more(self)
  local first = self.deadlines[self.first]
  local wait = first and math.max(0, first.at - self.ports.clock.monotonic()) or 0
  if self.ports.tasks:any("the answers of games", self.fds, wait) then read(self) end
  expire(self)
  if #self.seen >= MOST_NOTED then note(self) end
end

-- Ask all games of a list once.
local function run_round(ports, games)
  local self = { ports = ports, games = games, addresses = ports.addresses(), sockets = {}, fds = {}, asked = {},
    deadlines = {}, first = 1, last = 0, seen = {}, open = 0, next = 1 }
  local _ <close> = setmetatable({}, { __close = function()
    for _, socket in pairs(self.sockets) do
      if socket then socket:close() end
    end
  end })
  repeat turn(self) until self.open == 0 and self.next > #games
  note(self)
end

-- The games that run now, each with what is remembered of it: at which address it answers, and when it did.
local function note_running(self)
  local known, now = self.games, self.ports.clock.monotonic()
  self.games = {}
  for _, game in ipairs(self.ports.store.live:running()) do
    local before = known[game.id]
    self.games[game.id] = before and before.port == game.port and before
      or { id = game.id, port = game.port, place = 1, began = now, due = now }
  end
end

-- Those to be asked in this round.
local function take_due(self)
  local now, list = self.ports.clock.monotonic(), {}
  for _, game in pairs(self.games) do
    if game.due <= now then
      list[#list + 1] = game
      game.due = now + (not game.at and now - game.began < EAGER_MS and TICK_MS or EVERY_MS)
    end
  end
  return list
end

-- What a game said long ago is shown no more: pages are told so once.
local function forget_old(self)
  local now, old = self.ports.clock.now(), {}
  for _, game in pairs(self.games) do
    if game.at and now - game.at > live.FRESH_MS then game.at, old[#old + 1] = nil, game.id end
  end
  ring(self.ports, old)
end

--- Ask the games whose turn it is. Only a task may call this.
function Live:round()
  note_running(self)
  local due = take_due(self)
  if #due > 0 then run_round(self.ports, due) end
  forget_old(self)
end

--- The task: never returns.
function Live:run()
  local ports = self.ports
  while true do
    local next_round = ports.clock.monotonic() + TICK_MS
    local went_well = ports.tasks:try("the question who plays", self.round, self)
    if not went_well then next_round = next_round + PAUSE_MS end
    ports.tasks:sleep(math.max(0, next_round - ports.clock.monotonic()), "the next question who plays")
  end
end

--- @param ports table {store, clock, hub, tasks, sock=host.sock,
--   addresses=function → list of the machine's addresses to ask at, at least one}
function M.new(ports)
  return setmetatable({ ports = ports, games = {} }, Live)
end

return M
