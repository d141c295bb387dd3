-- Specs of domain.live and domain.addresses: what strangers chose becomes words of a bounded length.
local addresses = require "domain.addresses"
local live = require "domain.live"

describe("What a game says of itself", function()
  local function map(bytes) return live.state { players = 0, bots = 0, max_players = 8, map = bytes }.map end

  it("counts people apart from bots, whether the game's number of players has the bots in it or not", function()
    assert.same({ players = 2, bots = 3, max = 8, map = "c1m1_hotel" },
      live.state { players = 5, bots = 3, max_players = 8, map = "c1m1_hotel" })
    assert.equal(1, live.state({ players = 1, bots = 3, max_players = 8, map = "" }).players)
  end)

  it("has no control characters, no broken bytes and no end of its own", function()
    assert.equal("c1m1[31mred", map "c1m1\27[31m\r\nred\0")
    assert.equal("ab🧟", map "a\xFF\xC3b\xF0\x9F\xA7\x9F")
    assert.equal("ab", map "a\xC2\x9Bb")
    assert.equal("", map "\xFF\xFE\xFD")
    assert.equal(64, utf8.len(map(("é"):rep(5000))))
  end)

  it("names its players, with when each came", function()
    local reply = { players = { { name = "Zoey\n", score = -3, seconds = 61.5 },
      { name = "", score = 0, seconds = 0 / 0 }, { name = "x", score = 1, seconds = 1 / 0 } } }
    assert.same({ { name = "Zoey", score = -3, joined_at = 938500 }, { name = "", score = 0, joined_at = 1000000 },
      { name = "x", score = 1, joined_at = 1000000 } }, live.players(reply, 1000000))
    local many = { players = {} }
    for i = 1, 255 do many.players[i] = { name = "x", score = 0, seconds = 0.0 } end
    assert.equal(64, #live.players(many, 0))
  end)

  it("is the same when names and scores are, and nobody left and came again", function()
    local function one(name, score, joined_at) return { { name = name, score = score, joined_at = joined_at } } end
    assert.is_true(live.same_players(one("a", 1, 5000), one("a", 1, 5900)))
    for _, other in ipairs { one("b", 1, 5000), one("a", 2, 5000), one("a", 1, 15000), {} } do
      assert.is_false(live.same_players(one("a", 1, 5000), other))
    end
  end)
end)

describe("The machine's own addresses", function()
  it("are the local ones of the kernel's list but the loopback network's, each once", function()
    local trie = [[
Main:
  +-- 127.0.0.0/8 2 0 2
        |-- 127.0.0.1
           /32 host LOCAL
     |-- 192.0.2.0
        /24 link UNICAST
     |-- 192.0.2.2
        /32 host LOCAL
     |-- 192.0.2.255
        /32 link BROADCAST
     |-- 10.0.0.5
        /32 host LOCAL
Local:
     |-- 192.0.2.2
        /32 host LOCAL
]]
    assert.same({ "192.0.2.2", "10.0.0.5" }, addresses.own(trie))
    assert.same({}, addresses.own "")
  end)
end)
