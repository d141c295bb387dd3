-- domain.a2s: query packets, split replies in any order, lying counts and random cuts.
local a2s = require "domain.a2s"

local FRONT = "\255\255\255\255"

local function info(extra)
  return FRONT .. "I" .. string.pack("<I1zzzzI2I1I1I1", 17, "Näme \"x\"", "c1m1_hotel", "left4dead2", "Left 4 Dead 2",
    550, 3, 8, 1) .. "dl" .. string.pack("<I1I1z", 1, 1, "2.2.4.3") .. (extra or "")
end

local function splits(packet, size, id)
  local parts, total = {}, (#packet + size - 1) // size
  for number = 0, total - 1 do
    parts[number + 1] = "\254\255\255\255" .. string.pack("<I4I1I1I2", id or 7, total, number, size)
      .. packet:sub(number * size + 1, (number + 1) * size)
  end
  return parts
end

local function rules(count)
  local parts = { FRONT, "E", string.pack("<I2", count) }
  for i = 1, count do parts[#parts + 1] = string.pack("<zz", ("rule_%03d"):format(i), tostring(i)) end
  return table.concat(parts)
end

describe("a2s.request", function()
  it("builds the bytes of the wiki", function()
    local cases = {
      { "info", nil, FRONT .. "TSource Engine Query\0" },
      { "info", 0x01020304, FRONT .. "TSource Engine Query\0\4\3\2\1" },
      { "players", nil, FRONT .. "U\255\255\255\255" },
      { "players", 0xfffffffe, FRONT .. "U\254\255\255\255" },
      { "rules", 1, FRONT .. "V\1\0\0\0" },
    }
    for _, case in ipairs(cases) do assert.equal(case[3], a2s.request(case[1], case[2])) end
  end)
end)

describe("a2s.parse", function()
  it("reads INFO without and with the extra fields", function()
    local plain = assert(a2s.parse(info()))
    assert.same({ kind = "info", protocol = 17, name = "Näme \"x\"", map = "c1m1_hotel", folder = "left4dead2",
      game = "Left 4 Dead 2", app_id = 550, players = 3, max_players = 8, bots = 1, type = "d", os = "l",
      password = true, vac = true, version = "2.2.4.3" }, plain)
    local full = assert(a2s.parse(info(string.pack("<I1I2i8I2zzi8", 0xf1, 27015, 0x0140000100001234, 27020, "tv",
      "a,b", 550))))
    assert.equal(27015, full.port)
    assert.equal(0x0140000100001234, full.steam_id)
    assert.equal("tv", full.tv_name)
    assert.equal("a,b", full.keywords)
    assert.equal(550, full.game_id)
  end)

  it("reads a challenge as an unsigned number", function()
    assert.same({ kind = "challenge", challenge = 0xfffefdfc }, a2s.parse(FRONT .. "A\252\253\254\255"))
  end)

  it("reads players and says when the count promised more", function()
    local two = string.pack("<I1zi4f", 0, "a", -5, 1.5) .. string.pack("<I1zi4f", 1, "", 7, 0.25)
    assert.same({ kind = "players", cut = false, players = {
      { index = 0, name = "a", score = -5, seconds = 1.5 }, { index = 1, name = "", score = 7, seconds = 0.25 } } },
      a2s.parse(FRONT .. "D\2" .. two))
    local lying = a2s.parse(FRONT .. "D\255" .. two)
    assert.is_true(lying.cut)
    assert.equal(2, #lying.players)
  end)

  it("reads rules and says when the count promised more", function()
    local reply = a2s.parse(rules(3))
    assert.same({ rule_001 = "1", rule_002 = "2", rule_003 = "3" }, reply.rules)
    local lying = a2s.parse(FRONT .. "E\255\255a\0b\0")
    assert.same({ kind = "rules", rules = { a = "b" }, count = 1, cut = true }, lying)
  end)

  it("refuses what is no reply, in words", function()
    for _, bytes in ipairs { "", "\255", FRONT, FRONT .. "x", FRONT .. "A\1\2", "hello world", FRONT .. "I" } do
      local reply, message = a2s.parse(bytes)
      assert.is_nil(reply)
      assert.is_string(message)
    end
  end)

  it("refuses INFO cut at any byte", function()
    local whole = info(string.pack("<I1I2", 0x80, 27015))
    for length = 1, #whole - 1 do
      -- Without the flags byte it is a whole reply of an old server.
      if length ~= #info() then assert.is_nil(a2s.parse(whole:sub(1, length)), length) end
    end
  end)

  it("survives random bytes behind every header", function()
    math.randomseed(42)
    for _ = 1, 2000 do
      local bytes = {}
      for i = 1, math.random(0, 60) do bytes[i] = string.char(math.random(0, 255)) end
      a2s.parse(FRONT .. ("IDEA"):sub(math.random(4)):sub(1, 1) .. table.concat(bytes))
    end
  end)
end)

describe("a2s.collector", function()
  it("gives a reply in one packet at once", function()
    assert.equal(info(), a2s.collector():feed(info()))
  end)

  it("puts every order of the parts together", function()
    local packet = rules(40)
    for _, order in ipairs { { 1, 2, 3 }, { 1, 3, 2 }, { 2, 1, 3 }, { 2, 3, 1 }, { 3, 1, 2 }, { 3, 2, 1 } } do
      local collector, parts = a2s.collector(), splits(packet, (#packet + 2) // 3)
      assert.equal(3, #parts)
      for i = 1, 2 do assert.same({ nil, "more" }, { collector:feed(parts[order[i]]) }) end
      assert.equal(packet, collector:feed(parts[order[3]]))
    end
  end)

  it("counts a part that comes twice once", function()
    local collector, parts = a2s.collector(), splits(rules(20), 150)
    for i = 1, #parts - 1 do
      assert.is_nil(collector:feed(parts[i]))
      assert.is_nil(collector:feed(parts[i]))
    end
    assert.equal(rules(20), collector:feed(parts[#parts]))
  end)

  it("keeps replies with other ids apart and forgets the oldest of five", function()
    local collector = a2s.collector()
    for id = 1, 5 do collector:feed(splits(rules(20), 200, id)[1]) end
    local function finish(id)
      local parts, reply = splits(rules(20), 200, id), nil
      for i = 2, #parts do reply = collector:feed(parts[i]) or reply end
      return reply
    end
    assert.equal(rules(20), finish(5))
    assert.equal(rules(20), finish(3))
    assert.is_nil(finish(1))
  end)

  it("refuses numbers that cannot be right", function()
    local bad = {
      "\254\255\255\255", "\254\255\255\255\1\0\0\0\2\0",
      "\254\255\255\255" .. string.pack("<I4I1I1I2", 1, 0, 0, 1248),
      "\254\255\255\255" .. string.pack("<I4I1I1I2", 1, 2, 2, 1248),
      "\254\255\255\255" .. string.pack("<I4I1I1I2", 1, 255, 3, 1248),
      "\254\255\255\255" .. string.pack("<I4I1I1I2", 0x80000001, 2, 0, 1248),
      ("x"):rep(5000),
    }
    for _, datagram in ipairs(bad) do
      local reply, message = a2s.collector():feed(datagram)
      assert.is_nil(reply)
      assert.is_not.equal("more", message)
    end
  end)

  it("refuses a part whose total differs from its fellows'", function()
    local collector = a2s.collector()
    collector:feed(splits(rules(20), 200, 1)[1])
    local _, message = collector:feed(splits(rules(20), 20, 1)[2])
    assert.matches("cannot be right", message)
  end)
end)

describe("a2s.query", function()
  it("sends again with the challenge and ends with the answer", function()
    local query = a2s.query("info")
    assert.equal(FRONT .. "TSource Engine Query\0", query:request())
    assert.equal("send", query:receive(FRONT .. "A\1\2\3\4"))
    assert.equal(FRONT .. "TSource Engine Query\0\1\2\3\4", query:request())
    local word, reply = query:receive(info())
    assert.equal("done", word)
    assert.equal("c1m1_hotel", reply.map)
  end)

  it("takes the answer of a server that asks for no challenge", function()
    assert.equal("done", (a2s.query("info"):receive(info())))
  end)

  it("waits through garbage, strange kinds and a server that only gives challenges", function()
    local query = a2s.query("players")
    assert.equal("wait", query:receive(""))
    assert.equal("wait", query:receive(rules(2)))
    for _ = 1, 3 do assert.equal("send", query:receive(FRONT .. "A\1\2\3\4")) end
    assert.equal("wait", query:receive(FRONT .. "A\1\2\3\4"))
    assert.equal("done", (query:receive(FRONT .. "D\0")))
  end)
end)
