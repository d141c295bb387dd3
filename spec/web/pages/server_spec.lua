-- Specs of the pages of one server: who plays, what it runs with, its password, its name, its jobs; and the overview.
local web = require "spec.support.web"

local NOW <const> = 1700000000000

describe("The page of a server", function()
  local site, services, store, bob, server
  before_each(function()
    site = web.new()
    services, store, bob = site.app.services, site.app.ports.store, site.app.users.bob
    local blueprint = assert(services.blueprints:create(bob, { name = "recipe" }))
    server = assert(services.servers:create(bob, { name = "one", blueprint_id = blueprint.id }))
  end)

  local function body(path, who) return site:get(who or "bob", path or "/servers/1").body end
  local function shows(text, path) return body(path):find(text, 1, true) ~= nil end
  local function runs() store.servers:set_actual(server.id, { state = "running", at = NOW }) end
  local function said(more)
    local one = { id = server.id, at = NOW, players = 1, bots = 2, max = 8, map = "c1m1_hotel", names = {} }
    for key, value in pairs(more or {}) do one[key] = value end
    store.live:note { one }
  end

  it("shows who plays, in their own words and no others", function()
    runs()
    said { names = { { name = "<b>Bill", score = -2, joined_at = NOW - 90000 },
      { name = "", score = 0, joined_at = NOW } } }
    assert.is_true(shows ">1/8 playing</strong> on c1m1_hotel" and shows "2 bots")
    assert.matches("<td><bdi>&lt;b&gt;Bill</bdi></td><td class=\"number\"[^>]*>%-2</td><td><time[^>]*>1 min ago</time>",
      body())
    assert.is_true(shows "(joining)")
    for _, path in ipairs { "/servers", "/" } do
      assert.is_true(shows('<span class="number">1/8</span> <span class="hint">c1m1_hotel</span>', path))
    end
    said { players = 0, names = {} }
    assert.is_true(shows "Nobody is playing.")
  end)

  it("says that nobody knows who plays when the game was silent for half a minute, and shows nothing old", function()
    runs()
    assert.is_true(shows "nobody knows who plays")
    said { names = { { name = "Zoey", score = 1, joined_at = NOW } } }
    site.app.clock.ms = NOW + 30001
    assert.is_true(shows "nobody knows who plays")
    assert.is_false(shows "Zoey" or shows("1/8", "/servers") or shows("c1m1_hotel", "/"))
    store.servers:set_actual(server.id, { state = "stopped", at = NOW })
    assert.is_true(shows "Players appear here once the server runs.")
  end)

  it("offers a restart when it runs with older settings", function()
    services.servers:spec(nil, server.id)
    runs()
    assert.is_false(shows "older settings")
    services.servers:update(bob, server.id, { hostname = "another" })
    assert.is_true(shows "It runs with older settings" and shows ">Restart to apply them</button>")
    assert.equal(1, select(2, body():gsub('action="/servers/1/restart"', "")))
    assert.equal("/servers/1", site:post("bob", "/servers/1/restart", { confirmed = "yes" }).headers.location)
    assert.is_false(shows "older settings")
    assert.is_true(shows "Stop is waiting" and shows "Start is queued behind it.")
  end)

  it("has its RCON password nowhere until its owner asks for it", function()
    local password = services.servers:rcon_password(bob, server.id)
    for _, path in ipairs { "/servers/1", "/servers/1/jobs", "/servers", "/", "/servers/1?part=live" } do
      assert.is_false(shows(password, path))
    end
    local answer = site:get("bob", "/servers/1/rcon_password")
    assert.is_truthy(answer.body:find(password, 1, true))
    assert.equal("no-store", answer.headers["cache-control"])
    assert.is_true(body("/servers/1", "admin"):find("/rcon_password", 1, true) == nil)
  end)

  it("changes the password after saying what that means", function()
    local before = services.servers:rcon_password(bob, server.id)
    local question = site:post("bob", "/servers/1/rotate_rcon_password")
    assert.is_truthy(question.body:find("The old one is lost: tools that use it stop working.", 1, true))
    assert.equal(before, services.servers:rcon_password(bob, server.id))
    local answer = site:post("bob", "/servers/1/rotate_rcon_password", { confirmed = "yes" })
    assert.equal("/servers/1?notice=rotated", answer.headers.location)
    assert.not_equal(before, services.servers:rcon_password(bob, server.id))
  end)

  it("carries a new name through the question that comes before", function()
    local question = site:post("bob", "/servers/1/rename", { name = 'two "<b>' })
    assert.is_truthy(question.body:find("Players see “bob one”, at least until its next start.", 1, true))
    assert.is_truthy(question.body:find('<input type="hidden" name="name" value="two &quot;&lt;b&gt;">', 1, true))
    assert.equal("one", services.servers:get(bob, 1).name)
    site:post("bob", "/servers/1/rename", { name = "two", confirmed = "yes" })
    assert.equal("two", services.servers:get(bob, 1).name)
    local refused = site:post("bob", "/servers/1/rename", { name = "", confirmed = "yes" })
    assert.equal(422, refused.status)
    assert.is_truthy(refused.body:find('name="port" inputmode="numeric" value="27015"', 1, true))
  end)

  it("says what a reset and a deletion would lose, as far as it can be told", function()
    local fs, usage = site.app.ports.fs, nil
    function fs.usage()
      if usage then return usage end
      return nil, "usage: No such file or directory", "ENOENT"
    end
    local function asks(text)
      site.app.clock.ms = site.app.clock.ms + 60001
      for _, operation in ipairs { "reset", "delete" } do
        assert.is_truthy(site:post("bob", "/servers/1/" .. operation).body:find(text, 1, true), text)
      end
      assert.is_true(shows(text))
    end
    asks "Lost is nothing, for it has written no file yet."
    usage = { bytes = 5 << 20, files = 12, unreadable = 0 }
    asks "Lost is what it wrote itself, 5.0 MiB in 12 files: logs, downloads, plugin data."
    usage = { bytes = 4096, files = 1, unreadable = 1 }
    asks "Lost is everything it wrote itself: logs, downloads, plugin data."
  end)

  it("lists its jobs alone, the newest first, in pages that lead to each other", function()
    local other = assert(services.servers:create(bob, { name = "other", blueprint_id = 1 }))
    services.servers:enqueue(bob, other.id, "stop")
    for _ = 1, 30 do services.servers:enqueue(bob, server.id, "start") end
    local function numbers(path)
      local out = {}
      for id in body(path):gmatch '<td><a href="/jobs/(%d+)">Start</a>' do out[#out + 1] = tonumber(id) end
      return #out, out[1], out[#out]
    end
    assert.same({ 25, 31, 7 }, { numbers "/servers/1/jobs" })
    local older = body("/servers/1/jobs"):match 'href="(/servers/1/jobs%?before=%d+)"'
    assert.same({ 5, 6, 2 }, { numbers(older) })
    assert.is_true(shows('href="/servers/1/jobs">Newest</a>', older))
    assert.is_true(shows("No job yet.", "/servers/1/jobs") == false)
  end)
end)

describe("Much to show", function()
  local site, services, store, bob
  before_each(function()
    site = web.new()
    site.app.ports.config.port_last = 27200
    services, store, bob = site.app.services, site.app.ports.store, site.app.users.bob
    local blueprint = assert(services.blueprints:create(bob, { name = "recipe" }))
    local versus = assert(services.blueprints:create(bob, { name = "Versus" }))
    for i = 1, 60 do
      local id = i == 7 and versus.id or blueprint.id
      assert(services.servers:create(bob, { name = "number " .. i, blueprint_id = id }))
    end
  end)

  local function shows(text, path) return site:get("bob", path).body:find(text, 1, true) ~= nil end
  local function names(path)
    local out = {}
    for name in site:get("bob", path).body:gmatch '<td><a href="/servers/%d+">(.-)</a>' do out[#out + 1] = name end
    return table.concat(out, ", ")
  end

  it("is found by a part of a name, of a blueprint's name, or of a port", function()
    assert.is_true(shows('type="search"', "/servers"))
    assert.equal("number 42", names "/servers?q=NUMBER+42")
    assert.equal("number 7", names "/servers?q=versus")
    assert.equal("number 60", names "/servers?q=27074")
    assert.equal("", names "/servers?q=%25")
    assert.is_true(shows('No server has “&lt;b&gt;” in', "/servers?q=%3Cb%3E"))
    assert.is_true(shows('href="/servers?after=50&amp;q=number%20"', "/servers?q=number+"))
    assert.equal("", names("/servers?q=" .. ("%C3%A9"):rep(200)))
  end)

  it("is cut to what runs and what is broken on the overview", function()
    store.servers:set_actual(30, { state = "running", at = NOW })
    store.servers:set_desired(30, "running", 1)
    store.servers:set_desired(50, "running", 1)
    store.servers:set_actual(51, { state = "stopped", error = "it fell over", at = NOW })
    assert.equal("number 30", names "/")
    assert.is_true(shows(">number 50</a>", "/") and shows("should be running", "/"))
    assert.is_true(shows("It is not running: <span lang='en'>it fell over</span>.", "/"))
    store.servers:set_desired(52, "running", 1)
    store.servers:set_actual(52, { state = "unknown", at = NOW })
    assert.is_false(shows(">number 52</a>", "/"))
    services.servers:enqueue(bob, 50, "start")
    assert.is_false(shows(">number 50</a>\n", "/"))
    store.jobs:claim(NOW)
    assert.is_true(shows("Being done now", "/") and shows("Start of number 50", "/"))
  end)

  it("has bars for what overlays take on disk", function()
    assert.is_false(shows("<progress", "/"))
    for i = 1, 8 do
      local overlay = assert(services.overlays:create(bob, { name = "overlay " .. i }))
      store.overlays:set_usage(overlay.id, { bytes = i << 20, files = 1 })
    end
    local body = site:get("bob", "/").body
    assert.is_truthy(body:find('<progress max="100" value="37"', 1, true))
    assert.is_nil(body:find(">overlay 2<", 1, true))
    assert.is_truthy(body:find(">36.0 MiB</span>", 1, true))
  end)
end)
