-- The stand-in game server, asked by our own clients: what it reads, what it answers, and how it misbehaves when told.
local a2s = require "spec.support.a2s_client"
local rcon_protocol = require "domain.rcon"
local service = require "spec.support.service"
local sock = require "host.sock"
local standin = require "spec.support.standin"
local status = require "domain.status"

local IP = "127.0.0.1"

describe("The stand-in game", function()
  it("runs +commands, loads the map, then server.cfg with nested files in their order", function()
    local game <close> = standin.start {
      args = { "+map", "c2m1_highway", "+sv_tags", "from the command line", "+sv_gravity", "500" },
      cfg = 'exec first // a comment\nsv_contact "after // both"; sv_region 3\nexec not_there\n',
      files = { ["cfg/first.cfg"] = "sv_contact first\nexec sub/second.cfg\nsv_tags first\n",
        ["cfg/sub/second.cfg"] = "sv_contact second\nsv_gravity 900\n" },
    }
    local console <close> = assert(game:rcon())
    local expected = { sv_contact = "after // both", sv_tags = "first", sv_gravity = "900", sv_region = "3" }
    for name, value in pairs(expected) do
      assert.equal(("%q = %q"):format(name, value), console:command(name):match('^"[^"]*" = "[^"]*"'))
    end
    assert.equal("c2m1_highway", game:answering().map)
    game:logged "exec: couldn't exec not_there"
    game:logged "Host_NewGame on map c2m1_highway"
  end)

  it("says when the command buffer overflows", function()
    local game <close> = standin.start { cfg = "exec big\nsv_contact late\n",
      files = { ["cfg/big.cfg"] = ('sv_contact "never set"\n'):rep(1000) } }
    game:logged "Cbuf_AddText: buffer overflow"
    assert.equal('"sv_contact" = "late"', assert(game:rcon()):command("sv_contact"):match('^"[^"]*" = "[^"]*"'))
  end)

  it("survives files that execute themselves", function()
    local game <close> = standin.start { cfg = "exec a\n", files = { ["cfg/a.cfg"] = "exec a\necho once more\n" } }
    game:logged "buffer overflow"
    assert(game:rcon())
  end)

  it("answers rules in split packets, in any order", function()
    for _, order in ipairs { "0", "1" } do
      local game <close> = standin.start { args = { "-standin-shuffle-splits", order } }
      local reply = assert(a2s.rules(IP, game.port))
      assert.is_false(reply.cut)
      assert.equal("coop", reply.rules.mp_gamemode)
      assert.is_true(reply.count > 60)
    end
  end)

  it("has players with hostile names that status and the query tell alike", function()
    local names = { 'a "b" c', '# 2 1 "x" STEAM_1:0:1 00:01 1 0 active 30000 1.2.3.4:5',
      "\u{1F9DF}", "  two  spaces ", '"' }
    local game <close> = standin.start { args = { "-standin-bots", "1" } }
    local console <close> = assert(game:rcon())
    for _, name in ipairs(names) do assert(console:command('standin_join "' .. name .. '"')) end
    local seen, told = assert(status.parse(console:command "status")), assert(a2s.players(IP, game.port))
    assert.equal(#names, seen.humans)
    assert.equal(1, seen.bots)
    for i, name in ipairs { "Coach", table.unpack(names) } do
      assert.same({ name, name }, { seen.players[i].name, told.players[i].name })
    end
    assert.equal(#names + 1, a2s.info(IP, game.port).players)
    assert.is_false(seen.hibernating)
  end)

  it("simulates players who come and go", function()
    local game <close> = standin.start { args = { "-standin-players", "3", "-standin-players-every", "10" } }
    game:logged "Disconnect by user."
    assert.is_true(a2s.info(IP, game.port).players <= 3)
  end)

  it("reads files below its game directory only", function()
    local game <close> = standin.start { files = { ["data/a.txt"] = "content\n" } }
    local console <close> = assert(game:rcon())
    assert.equal("content\n", console:command "cat data/a.txt")
    for _, path in ipairs { "/etc/passwd", "../console.log", "data/../../console.log", "data", "..", "a\\b", "" } do
      assert.matches("^cat: ", console:command("cat " .. path))
    end
    assert.equal("write: done\n", console:command "write data/b.txt by the game")
    assert.equal("by the game\n", game.root:read "left4dead2/data/b.txt")
  end)

  it("survives random datagrams and random streams", function()
    math.randomseed(11)
    local function noise(longest)
      local bytes = {}
      for i = 1, math.random(0, longest) do bytes[i] = string.char(math.random(0, 255)) end
      return table.concat(bytes)
    end
    local game <close> = standin.start { cfg = "sv_rcon_minfailures 100000\nsv_rcon_maxfailures 100000\n" }
    local udp <close> = assert(sock.udp())
    local heads = { "", "\255\255\255\255", "\255\255\255\255U", "\255\255\255\255TSource Engine Query\0",
      "\254\255\255\255" }
    for _ = 1, 1000 do udp:sendto(heads[math.random(#heads)] .. noise(40), IP, game.port) end
    for i = 1, 100 do
      local tcp <close> = assert(sock.tcp_connect(IP, game.port))
      tcp:wait("w", 5000)
      if i % 2 == 0 then tcp:send(rcon_protocol.encode(1, rcon_protocol.AUTH, standin.PASSWORD)) end
      tcp:send(string.pack("<i4", ({ 10, 14, 4110, 4096, 9, -1, 5000 })[math.random(7)]) .. noise(5000))
    end
    assert.is_table(game:answering())
    assert(game:rcon()):close()
  end)

  it("stops at SIGTERM, at SIGINT and at quit with a line in its log and code 0", function()
    for _, way in ipairs { "TERM", "INT", "quit" } do
      local game <close> = standin.start()
      if way == "quit" then game:type "quit" else game.process:kill(way) end
      local ended = game:ended()
      assert.equal("exit", ended.kind)
      assert.equal(0, ended.code)
      game:logged "Server shutdown"
    end
  end)

  it("says that its port is in use and exits with 1", function()
    local first <close> = standin.start()
    local second <close> = standin.start { port = first.port, wait = false }
    assert.equal(1, second:ended().code)
    second:logged(("Couldn't allocate dedicated server IP port %d"):format(first.port))
    local tcp <close> = assert(sock.tcp_listen(IP, 0))
    local third <close> = standin.start { port = tcp:local_port(), wait = false }
    assert.equal(1, third:ended().code)
    third:logged "TCP_OpenSocket"
  end)
end)

describe("The stand-in's switches", function()
  it("crash it", function()
    local game <close> = standin.start { args = { "-standin-crash-after", "0" }, wait = false }
    assert.equal("SEGV", game:ended().signal)
  end)

  it("end it with a code", function()
    local args = { "-standin-exit-code", "7", "-standin-exit-after", "0" }
    local game <close> = standin.start { args = args, wait = false }
    assert.equal(7, game:ended().code)
  end)

  it("hang it, deaf to TERM", function()
    local game <close> = standin.start()
    game:type "standin_hang"
    service.eventually("silence", function() return not a2s.info(IP, game.port, 30) end)
    game.process:kill "TERM"
    assert.is_nil(a2s.info(IP, game.port, 50))
    assert.is_nil((game.process:wait()))
  end)

  it("make it ignore TERM but live on", function()
    local game <close> = standin.start { args = { "-standin-ignore-stop" } }
    game.process:kill "TERM"
    game:logged "caught SIGTERM"
    assert.is_table(game:answering())
  end)

  it("keep it silent while it starts", function()
    local game <close> = standin.start { args = { "-standin-slow-start", "60000" }, wait = false }
    game:logged "Network: IP"
    assert.is_nil(a2s.info(IP, game.port, 50))
    game:type "standin_slow_start 0"
    assert.equal("c1m1_hotel", game:answering().map)
  end)

  it("drop queries: a number, all, those over loopback, those to a sleeping server", function()
    local game <close> = standin.start()
    local console <close> = assert(game:rcon())
    local function silent() return a2s.info(IP, game.port, 40) == nil end
    local function answers() return a2s.info(IP, game.port, 5000) ~= nil end
    for _, command in ipairs { "standin_drop_queries", "standin_no_loopback", "standin_silent_asleep" } do
      assert.is_true(answers())
      console:command(command)
      assert.is_true(silent())
      console:command(command .. " 0")
    end
    console:command "standin_silent_asleep"
    console:command "standin_join Zoey"
    assert.is_true(answers())
    console:command "standin_drop_queries 1"
    assert.is_true(answers())
    console:command "sv_max_queries_sec 0.01"
    assert.is_true(silent())
  end)

  it("refuse a switch that does not exist", function()
    local game <close> = standin.start { args = { "-standin-nonsense" }, wait = false }
    assert.equal(1, game:ended().code)
  end)
end)

describe("The stand-in's RCON", function()
  it("answers in several packets what is longer than one", function()
    local game <close> = standin.start()
    local console <close> = assert(game:rcon())
    local answer = console:command "cvarlist"
    assert.is_true(#answer > 3 * 4096)
    assert.matches("^cvar list\n.*total convars/concommands\n$", answer)
  end)

  it("logs in however its two packets come", function()
    for _, how in ipairs { { "-standin-auth-gap", "0" }, { "-standin-auth-cut" }, {} } do
      local game <close> = standin.start { args = how }
      assert(game:rcon()):close()
    end
  end)

  it("refuses a wrong password and bans after too many", function()
    local game <close> = standin.start()
    for _ = 1, 5 do
      local _, why = game:rcon(nil, "wrong")
      assert.equal("refused", why)
    end
    game:logged "Banning 127.0.0.1 for rcon hacking attempts"
    assert.is_nil((game:rcon()))
  end)

  it("answers nobody before a login", function()
    local game <close> = standin.start()
    local socket <close> = assert(sock.tcp_connect(IP, game.port))
    assert(socket:wait("w", 5000))
    assert(socket:connected())
    assert(socket:send(rcon_protocol.encode(5, rcon_protocol.EXECCOMMAND, "quit")))
    game:logged "not logged in"
    assert.is_table(game:answering())
  end)

  it("behaves as told after a map change", function()
    local cases = {
      { "0", function(console) assert.equal("hi \n", console:command "echo hi") end },
      { "1", function(console) assert.is_nil((console:command "echo hi")) end },
      { "2", function(console) assert.equal("timeout", select(2, console:command "echo hi")) end },
      { "3", function(console) assert.equal("", console:command "echo hi") end },
    }
    for _, case in ipairs(cases) do
      local game <close> = standin.start { args = { "-standin-changelevel", case[1] } }
      local console <close> = assert(game:rcon(case[1] == "2" and 400 or nil))
      local answer, _, partly = console:command "changelevel c2m1_highway"
      assert.matches("Host_NewGame on map c2m1_highway", answer or partly)
      case[2](console)
      assert.equal("c2m1_highway", a2s.info(IP, game.port).map)
    end
  end)

  it("drops everybody when the password changes", function()
    local game <close> = standin.start()
    local one, two = assert(game:rcon()), assert(game:rcon())
    one:command "rcon_password another"
    assert.equal("closed", select(2, two:command "echo hi"))
    assert.equal("refused", select(2, game:rcon()))
    assert(game:rcon(nil, "another")):close()
    one:close()
    two:close()
  end)

  it("mixes chatter in, never answers a mute command, drops the idle", function()
    local game <close> = standin.start { args = { "-standin-rcon-chatter" } }
    local console <close> = assert(game:rcon())
    assert.matches("\nhi \n$", console:command "echo hi")
    assert.equal("", console:command "standin_mute")
    assert.matches("\nhi \n$", console:command "echo hi")
    console:command "standin_rcon_idle 20"
    service.eventually("the drop", function() return select(2, console.socket:recv()) == "eof" end)
  end)
end)
