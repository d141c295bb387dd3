-- domain.status: the text of `status` with hostile names, times, and Steam ids as numbers.
local status = require "domain.status"

local HEAD = [[
hostname: My "Server" # 1
version : 2.2.4.3 9505 secure  (unknown)
udp/ip  : 0.0.0.0:27015 [ public n/a ]
os      : Linux Dedicated
map     : c1m1_hotel at: ( 568, -5707, 0 )
players : 3 humans, 1 bots (8 max) (not hibernating) (reserved 186000002b6e4a8)

# userid name uniqueid connected ping loss state rate adr
]]

local function rows(...)
  return assert(status.parse(HEAD .. table.concat({ ... }, "\n") .. "\n#end\n")).players
end

describe("status.parse", function()
  it("reads the head", function()
    local all = assert(status.parse(HEAD .. "#end\n"))
    assert.same({ hostname = 'My "Server" # 1', version = "2.2.4.3 9505 secure  (unknown)", address = "0.0.0.0:27015",
      map = "c1m1_hotel", humans = 3, bots = 1, max_players = 8, hibernating = false, reserved = true, players = {} },
      all)
  end)

  it("knows a sleeping server", function()
    local all = status.parse("hostname: x\nplayers : 0 humans, 0 bots (4 max) (hibernating) (unreserved)\n")
    assert.is_true(all.hibernating)
    assert.is_false(all.reserved)
  end)

  it("reads a row of a human and one of a bot", function()
    assert.same({
      { bot = false, userid = 26, slot = 1, name = "name", steam_id = "STEAM_1:0:123", steam64 = 76561197960265974,
        seconds = 340, ping = 99, loss = 0, state = "active", rate = 30000, address = "192.0.2.1:27005" },
      { bot = true, userid = 27, name = "Coach", state = "active" },
    }, rows('# 26 1 "name" STEAM_1:0:123 05:40 99 0 active 30000 192.0.2.1:27005', '#27 "Coach" BOT active'))
  end)

  it("keeps every hostile name whole", function()
    local names = { '', '"', 'a "b" c', '# 1 1 "x', '#end', '" BOT active', '  two  spaces  ', 'STEAM_1:0:1',
      'x" STEAM_1:0:1 00:01 1 0 active 30000 1.2.3.4:5', "\u{202E}rtl", "\u{1F9DF}", "a\tb", "\255\254" }
    for _, name in ipairs(names) do
      local player = rows(('# 2 1 "%s" STEAM_1:1:9 1:02:03 5 0 spawning 30000 192.0.2.9:27005'):format(name))[1]
      assert.equal(name, player.name)
      assert.equal("STEAM_1:1:9", player.steam_id)
      assert.equal(3723, player.seconds)
      assert.equal("192.0.2.9:27005", player.address)
    end
  end)

  it("takes rows only from between their marks", function()
    local row = '# 26 1 "name" STEAM_1:0:123 05:40 99 0 active 30000 192.0.2.1:27005\n'
    assert.equal(0, #status.parse(row .. HEAD .. "#end\n" .. row).players)
  end)

  it("takes the first of two equal headers", function()
    assert.equal("a", status.parse("hostname: a\nhostname: b\nplayers : 0 humans, 0 bots (4 max)\n").hostname)
  end)

  it("is not misled by rows that break off", function()
    local row = '# 26 1 "name" STEAM_1:0:123 05:40 99 0 active 30000 192.0.2.1:27005'
    for length = 1, #row - 15 do assert.same({}, rows(row:sub(1, length))) end
  end)

  it("refuses other text", function()
    for _, text in ipairs { "", "Unknown command \"status\"\n", "hostname: x\n", ("#"):rep(100000) } do
      assert.is_nil((status.parse(text)))
    end
  end)

  it("stops at 64 rows", function()
    local many = {}
    for i = 1, 200 do many[i] = ('#%d "Bot" BOT active'):format(i) end
    assert.equal(64, #rows(table.unpack(many)))
  end)
end)

describe("status.steam64", function()
  it("turns textual ids into 64-bit integers", function()
    local cases = {
      { "STEAM_1:0:0", 76561197960265728 }, { "STEAM_1:1:0", 76561197960265729 },
      { "STEAM_0:1:11101", 76561197960287931 }, { "STEAM_1:1:2147483647", 76561202255233023 },
      { "[U:1:22203]", 76561197960287931 }, { "STEAM_1:1:2147483648" }, { "STEAM_1:2:5" }, { "BOT" },
      { "STEAM_ID_PENDING" }, { "STEAM_1:0:" }, { "STEAM_1:0:99999999999999999999" }, { "[U:1:99999999999]" }, { "" },
      { "STEAM_1:0:1 " },
    }
    for _, case in ipairs(cases) do
      assert.equal(case[2], status.steam64(case[1]))
      if case[2] then assert.equal("integer", math.type(status.steam64(case[1]))) end
    end
  end)
end)

describe("status.seconds", function()
  it("reads minutes, and hours from the first hour on", function()
    local cases = { { "00:00", 0 }, { "05:40", 340 }, { "59:59", 3599 }, { "1:00:00", 3600 }, { "123:45:06", 445506 },
      { "5" }, { "5:4" }, { "" }, { "a:bc" }, { "1:2:3:4" } }
    for _, case in ipairs(cases) do assert.equal(case[2], status.seconds(case[1])) end
  end)
end)
