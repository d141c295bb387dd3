-- Clients that nobody here wrote (qstat, npm gamedig, Debian's rcon) understand the stand-in game and agree with ours.
local a2s = require "spec.support.a2s_client"
local json = require "host.json"
local proc = require "host.proc"
local runtime = require "host.runtime"
local standin = require "spec.support.standin"

local function run(...)
  local result = proc.run { argv = { ... }, timeout_ms = 20000, max_output = 1 << 22 }
  return result and result.stdout, result and result.code
end

--- The first of these paths that can be run, or a pending test that says why not.
local function need(name, ...)
  for _, path in ipairs { ... } do
    if proc.run { argv = { "test", "-x", path }, timeout_ms = 5000 }.code == 0 then return path end
  end
  pending(name .. " is not installed")
end

local function game_with_players(args)
  local game = standin.start { args = args, cfg = 'sv_tags "one,two"\n' }
  for _, name in ipairs { "Zoey", 'a "quoted" <b>', "\u{1F9DF} Ünï" } do game:type("standin_join " .. name) end
  game:logged "\u{1F9DF} Ünï<"
  return game
end

describe("qstat", function()
  local function ask(game, ...)
    local program = need("qstat", "/usr/bin/quakestat")
    local out = run(program, "-a2s", ("127.0.0.1:%d"):format(game.port), "-utf8", "-json", ...)
    return assert(json.decode(out))[1]
  end

  it("sees name, map, players and tags", function()
    local game <close> = game_with_players { "-standin-bots", "1", "+map", "c2m1_highway" }
    local server = ask(game, "-P")
    assert.equal("online", server.status)
    assert.equal("Spec server", server.name)
    assert.equal("c2m1_highway", server.map)
    assert.equal(4, server.numplayers)
    assert.equal(8, server.maxplayers)
    local names = {}
    for _, player in ipairs(server.players) do names[player.name] = true end
    for _, name in ipairs { "Zoey", "Coach", 'a "quoted" <b>' } do assert.is_true(names[name], name) end
    assert.equal(4, #server.players) -- qstat leaves bytes over 127 out of names, so the fourth is not looked up
  end)

  it("sees the rules when they fit in one packet (of Source servers it cannot join split ones)", function()
    local game <close> = game_with_players { "-standin-rules", "30" }
    local server = ask(game, "-P", "-R")
    assert.equal("coop", server.rules.mp_gamemode)
    assert.equal("one,two", server.rules.game_tags)
    assert.equal(3, #server.players)
  end)

  it("calls a server that drops queries no server", function()
    local game <close> = game_with_players {}
    game:type "standin_drop_queries"
    game:type "echo dropping"
    game:logged "dropping"
    assert.is_not.equal("online", ask(game, "-retry", "1", "-interval", "0.1").status)
  end)
end)

describe("gamedig", function()
  local function ask(game)
    local modules = runtime.getenv "LEFT4ME_NODE_MODULES" or ""
    local program = need("npm gamedig (LEFT4ME_NODE_MODULES)", modules .. "/.bin/gamedig")
    local out = run(program, "--type", "l4d2", "--host", "127.0.0.1", "--port", ("%d"):format(game.port),
      "--requestRules")
    return assert(json.decode(out))
  end

  it("sees the server, its players and bots, and rules from split packets in any order", function()
    for _, order in ipairs { "0", "1" } do
      local game <close> = game_with_players { "-standin-bots", "2", "-standin-shuffle-splits", order }
      local server, ours = ask(game), assert(a2s.rules("127.0.0.1", game.port))
      assert.equal("Spec server", server.name)
      assert.equal("c1m1_hotel", server.map)
      assert.equal(550, server.raw.appId)
      assert.equal(3, #server.players)
      assert.equal(2, #server.bots)
      assert.same(ours.rules, server.raw.rules)
    end
  end)
end)

describe("Debian's rcon", function()
  local function command(game, password, ...)
    local program = need("rcon", "/usr/bin/rconclt")
    return run("timeout", "10", program, "-t", "3", ("%s@127.0.0.1:%d"):format(password, game.port), ...)
  end

  it("logs in, runs commands and reads answers", function()
    local game <close> = game_with_players {}
    assert.matches("^hello there", (command(game, standin.PASSWORD, "echo", "hello", "there")))
    local text = command(game, standin.PASSWORD, "status")
    assert.matches("hostname: Spec server", text)
    assert.is_truthy(text:find('"a "quoted" <b>" STEAM_1:', 1, true))
    assert.is_true(#command(game, standin.PASSWORD, "cvarlist") > 4000)
  end)

  it("is told of a wrong password", function()
    local game <close> = game_with_players {}
    local _, code = command(game, "wrong", "status")
    assert.is_not.equal(0, code)
  end)
end)
