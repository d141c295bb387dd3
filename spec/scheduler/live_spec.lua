-- Specs of scheduler.live: who plays is asked, kept as rows that go on, and believed of the asked address alone.
local a2s = require "domain.a2s"
local lives = require "scheduler.live"
local sock = require "host.sock"
local support = require "spec.support.scheduler"

local CHALLENGE <const> = 4711

describe("Who plays", function()
  local host, store, live, games, addresses
  before_each(function()
    host = support.new()
    store, games, addresses = host.ports.store, {}, { "127.0.0.1" }
    host.ports.sock, host.ports.addresses = sock, function() return addresses end
    live = lives.new(host.ports)
  end)
  after_each(function()
    host:close()
    for _, game in ipairs(games) do game.socket:close() end
  end)

  local function info_packet(game)
    local text = table.concat({ game.name, game.map, "left4dead2", "Left 4 Dead 2" }, "\0") .. "\0"
    return "\255\255\255\255I\17" .. text .. string.pack("<I2BBBc1c1BBz", 550, game.players, game.max, game.bots, "d",
      "l", 0, 1, "2.2")
  end

  local function players_packet(game)
    local out = { "\255\255\255\255D", string.char(#game.names) }
    local seconds = (host.ports.clock.now() - game.since) / 1000
    for _, name in ipairs(game.names) do out[#out + 1] = string.pack("<Bzi4f", 0, name, 7, seconds) end
    return table.concat(out)
  end

  local function reply(game, packet)
    local kind = packet:sub(5, 5) == "T" and "info" or "players"
    game.asked[#game.asked + 1] = kind
    if packet ~= a2s.request(kind, CHALLENGE) then return "\255\255\255\255A" .. string.pack("<I4", CHALLENGE) end
    return kind == "info" and info_packet(game) or players_packet(game)
  end

  -- A server whose game answers at an address as long as it is not silent.
  local function game(address)
    local one = { name = "x", map = "c1m1_hotel", players = 0, max = 8, bots = 0, names = {}, asked = {},
      since = host.ports.clock.now() }
    one.id = host.scene:server("server " .. #games + 1)
    one.socket = assert(sock.udp(address or "127.0.0.1", 0))
    one.port = one.socket:local_port()
    host.ports.db:run("UPDATE servers SET port = ?, actual_state = 'running' WHERE id = ?", one.port, one.id)
    host.ports.tasks:spawn("game", function()
      while true do
        host.ports.tasks:readable(one.socket:fd(), "a question")
        local packet, ip, port = one.socket:recvfrom(4096)
        if packet and not one.silent then (one.liar or one.socket):sendto(reply(one, packet), ip, port) end
      end
    end)
    games[#games + 1] = one
    return one
  end

  local function round()
    host.ports.clock.skip(5000)
    host:as_task(live.round, live)
  end
  local function rows()
    return host.ports.db:rows "SELECT * FROM server_live_state ORDER BY server_id, from_at"
  end
  local function names(one)
    local out = {}
    for i, player in ipairs(store.live:players(one.id)) do out[i] = player.name .. " " .. player.score end
    return table.concat(out, ", ")
  end
  -- As long as a game is silent, time goes by.
  local function silent_round()
    host.ports.tasks:spawn("time", function()
      for _ = 1, 40 do
        host.ports.clock.skip(100)
        host.ports.tasks:sleep(0)
      end
    end)
    round()
  end

  it("is asked of every game that runs, and of no other", function()
    local one, two, stopped = game(), game(), game()
    store.servers:set_actual(stopped.id, { state = "stopped", at = 1 })
    one.players, one.bots, one.names = 3, 1, { "Zoey", "<b>Bill", "Coach" }
    two.map = "c2m1_highway"
    round()
    local found = rows()
    assert.same({ 2, one.id, 2, 1, 8, "c1m1_hotel" }, { #found, found[1].server_id, found[1].players, found[1].bots,
      found[1].max, found[1].map })
    assert.same({ two.id, 0, "c2m1_highway" }, { found[2].server_id, found[2].players, found[2].map })
    assert.equal("Zoey 7, <b>Bill 7, Coach 7", names(one))
    assert.same({ "info", "info", "players" }, one.asked)
    assert.same({ "info", "info" }, two.asked)
    assert.same({}, stopped.asked)
    assert.is_true(host:rang().servers)
  end)

  it("is one row as long as nothing changes, and no news", function()
    local one = game()
    one.players, one.names = 1, { "Zoey" }
    round()
    host:rang()
    host.ports.clock.skip(5000)
    round()
    local row = rows()[1]
    assert.is_true(#rows() == 1 and row.to_at >= row.from_at + 5000)
    assert.same({}, host:rang())
    one.map = "c1m2_streets"
    host.ports.clock.skip(5000)
    round()
    assert.equal(2, #rows())
    assert.is_true(host:rang().servers)
    one.names = { "Rochelle" }
    round()
    assert.same({ 2, "Rochelle 7" }, { #rows(), names(one) })
    assert.is_true(host:rang().servers)
  end)

  it("has a gap where nobody answered for a minute, and forgets what was a month ago", function()
    game()
    round()
    host.ports.clock.skip(61000)
    round()
    assert.equal(2, #rows())
    host.ports.clock.skip(31 * 86400000)
    round()
    assert.equal(1, #rows())
  end)

  it("is not believed of another address than the asked one", function()
    local one = game()
    one.liar = assert(sock.udp("127.0.0.1", 0))
    silent_round()
    assert.same({}, rows())
    one.liar = assert(sock.udp("127.0.0.2", one.port))
    silent_round()
    assert.same({}, rows())
    one.liar = nil
    round()
    assert.equal(1, #rows())
  end)

  it("is asked twice, then at the machine's next address, which is remembered", function()
    local elsewhere = game "127.0.0.2"
    addresses = { "127.0.0.1", "127.0.0.2" }
    silent_round()
    assert.same({}, rows())
    round()
    assert.equal(1, #rows())
    round()
    assert.same({ "info", "info", "info", "info" }, elsewhere.asked)
  end)

  it("bears an address that is none of the machine's any more", function()
    game()
    addresses = { "198.51.100.1" }
    silent_round()
    assert.same({}, rows())
  end)

  it("is asked every second of a game that has just begun, then every five", function()
    local one = game()
    local function ticks(count)
      local before = #one.asked
      for _ = 1, count do
        host.ports.clock.skip(1000)
        host:as_task(live.round, live)
      end
      return (#one.asked - before) // 2
    end
    host.ports.sock = { udp = function() return nil end }
    silent_round()
    host.ports.sock = sock
    assert.equal(1, ticks(1))
    assert.equal(2, ticks(10))
  end)

  it("is told of once more when a game has fallen silent for so long that pages show nothing", function()
    local one = game()
    round()
    one.silent = true
    host:rang()
    silent_round()
    assert.same({}, host:rang())
    host.ports.clock.skip(30000)
    silent_round()
    assert.is_true(host:rang().servers)
    silent_round()
    assert.same({}, host:rang())
  end)

  it("is known of many games at once, with one descriptor, while others have their turn", function()
    for _ = 1, 150 do game().players = 0 end
    games[150].silent = true
    local turns, watched = 0, 0
    host.ports.tasks:spawn("other", function()
      while true do
        turns = turns + 1
        host.ports.tasks:sleep(0, "its turn")
      end
    end)
    local any = host.ports.tasks.any
    function host.ports.tasks.any(tasks, what, fds, ms)
      local count = 0
      for _ in pairs(fds) do count = count + 1 end
      watched = math.max(watched, count)
      return any(tasks, what, fds, ms)
    end
    silent_round()
    host.ports.tasks.any = any
    assert.equal(149, #rows())
    assert.equal(1, watched)
    assert.is_true(turns > 10, turns)
  end)

  it("outlives a server that is deleted meanwhile, and a database that is busy", function()
    local one, two = game(), game()
    local note = store.live.note
    store.live.note = function(...)
      store.servers:remove(one.id)
      return note(...)
    end
    round()
    assert.same({ two.id }, { rows()[1].server_id, rows()[2] })
    store.live.note = function() error { code = "SQLITE_BUSY", message = "database is locked" } end
    host.ports.tasks:spawn("live", function() live:run() end)
    host:until_true("the warning", function() return #host.lines == 1 end)
    store.live.note = note
    two.map = "c3m1_plankcountry"
    host.ports.clock.skip(30000)
    host.ports.tasks:turn(0)
    assert.equal(1, #rows())
    host.ports.clock.skip(1000)
    host:until_true("the next round", function() return #rows() == 2 end)
  end)
end)
