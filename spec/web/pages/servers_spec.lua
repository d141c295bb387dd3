-- Specs of the pages of servers: what can be pressed in which state, why something waits, drift, empty lists, paging.
local web = require "spec.support.web"

describe("The page of a server", function()
  local site, services, store, bob, server
  before_each(function()
    site = web.new()
    services, store, bob = site.app.services, site.app.ports.store, site.app.users.bob
    local blueprint = assert(services.blueprints:create(bob, { name = "recipe" }))
    server = assert(services.servers:create(bob, { name = "one", blueprint_id = blueprint.id }))
  end)

  local function seen(state, desired, problem)
    store.servers:set_actual(server.id, { state = state, error = problem, at = 1700000000000 - 90000 })
    if desired then store.servers:set_desired(server.id, desired, 1) end
  end

  local function body(path) return site:get("bob", path or "/servers/1").body end
  local function shows(text, path) return body(path):find(text, 1, true) ~= nil end

  local function buttons()
    local out = {}
    local live = body():match '<div id="live".-\n</section>'
    for action in live:gmatch 'action="/servers/1/(%l+)"' do out[#out + 1] = action end
    if shows '/cancel"' then out[#out + 1] = "cancel" end
    return table.concat(out, " ")
  end

  it("offers what makes sense in its state", function()
    assert.equal("start reset delete", buttons())
    seen("running", "running")
    assert.equal("stop restart reset delete", buttons())
    seen("unknown", "running")
    assert.equal("start stop reset delete", buttons())
  end)

  it("offers nothing but the cancel while a job works on it, and says what that waits for", function()
    services.servers:enqueue(bob, 1, "start")
    assert.equal("cancel", buttons())
    assert.is_true(shows "Start is waiting")
    site.app.ports.db:run("UPDATE jobs SET waiting_for = 'the build of overlay 7'")
    assert.is_true(shows "Waits for the build of overlay 7.")
    assert(store.jobs:claim(1700000000000))
    assert.is_true(shows "Start is running" and shows ">starting</span>")
    store.jobs:finish(1, { state = "failed", exit_code = 1, finished_at = 1700000000000 })
    store.servers:set_desired(1, "stopped", 1)
    assert.equal("start reset delete", buttons())
    assert.is_true(shows "Start failed")
  end)

  it("warns of drift with one button that repairs it, but not while a job is under way or before the first", function()
    local drift = "It should be running but is stopped."
    assert.is_false(shows(drift))
    services.servers:enqueue(bob, 1, "start")
    assert.is_false(shows(drift))
    assert.is_false(shows("should be running", "/servers"))
    store.jobs:claim(1)
    store.jobs:finish(1, { state = "succeeded", exit_code = 0, finished_at = 2 })
    assert.is_true(shows(drift))
    assert.is_true(shows("should be running", "/servers"))
    assert.is_true(shows ">Repair: start it</button>" and shows(">Repair: start it</button>", "/"))
    assert.equal("start reset delete", buttons())
    seen("running", "running")
    assert.is_false(shows(drift))
    seen("running", "stopped")
    assert.is_true(shows ">Repair: stop it</button>" and shows(">Repair: stop it</button>", "/"))
    assert.equal("stop restart reset delete", buttons())
    seen("unknown", "running")
    assert.is_true(shows "Nobody knows whether it runs. It should be running.")
  end)

  it("says why a server does not run", function()
    seen("stopped", "stopped", "it ended with exit code 1, five times in a minute")
    assert.is_true(shows "it ended with exit code 1, five times in a minute")
    assert.is_true(shows(">failed</span>", "/servers"))
  end)

  it("shows port, blueprint, hostname and how to connect", function()
    assert.is_true(shows '<dd class="number">27015</dd>')
    assert.is_true(shows '<a href="/blueprints/1">recipe</a>')
    assert.is_true(shows "<dd>bob one</dd>")
    services.servers:update(bob, 1, { hostname = "Zombies here" })
    assert.is_true(shows "<dd>Zombies here</dd>")
    assert.is_true(shows '<code class="command" id="connect">connect localhost:27015</code>')
    assert.is_true(shows 'href="steam://connect/localhost:27015"')
  end)

  it("names the address the visitor came by, unless that cannot be one or the setting says another", function()
    local function address(host)
      return site:get("bob", "/servers/1", { host = host }).body:match ">connect (.-)</code>"
    end
    assert.equal("game.example.org:27015", address "game.example.org:8000")
    assert.equal("192.0.2.7:27015", address "192.0.2.7")
    for _, host in ipairs { "[::1]:8000", "a b", '"><script>', ("a"):rep(300), "a:b:c", "" } do
      assert.equal("localhost:27015", address(host))
    end
    site.app.ports.config.public_address = "play.example.org"
    assert.equal("play.example.org:27015", address "game.example.org")
  end)

  it("goes to its job after a deletion, back to itself after all else", function()
    assert.equal("/servers/1", site:post("bob", "/servers/1/start").headers.location)
    store.jobs:claim(1)
    store.jobs:finish(1, { state = "succeeded", exit_code = 0, finished_at = 2 })
    assert.equal("/jobs/2", site:post("bob", "/servers/1/delete", { confirmed = "yes" }).headers.location)
    local again = site:post("bob", "/servers/1/start")
    assert.equal(409, again.status)
    assert.is_truthy(again.body:find("This server is being deleted.", 1, true))
  end)

  it("says in every list when its state was seen, when that is long ago", function()
    seen("running")
    assert.is_true(shows(">1 min ago</time>", "/servers"))
  end)
end)

describe("The list of servers", function()
  it("says what to do first while there is none", function()
    local site = web.new()
    assert.is_truthy(site:get("bob", "/servers").body:find("No servers yet", 1, true))
    assert.is_truthy(site:get("bob", "/servers").body:find('href="/blueprints"', 1, true))
    site.app.services.blueprints:create(site.app.users.bob, { name = "x" })
    assert.is_truthy(site:get("bob", "/servers").body:find('href="/servers/new"', 1, true))
  end)

  it("is cut into pages that lead to each other", function()
    local site = web.new()
    site.app.ports.config.port_last = 27200
    local bob = site.app.users.bob
    local blueprint = assert(site.app.services.blueprints:create(bob, { name = "x" }))
    for i = 1, 120 do
      assert(site.app.services.servers:create(bob, { name = "number " .. i, blueprint_id = blueprint.id }))
    end
    local path, names = "/servers", 0
    for _ = 1, 3 do
      local body = site:get("bob", path).body
      names = names + select(2, body:gsub(">number %d+</a>", ""))
      path = body:match 'href="(/servers%?after=%d+)"'
    end
    assert.same({ 120, nil }, { names, path })
  end)

  it("shows an admin whose each is", function()
    local site = web.new()
    local bob = site.app.users.bob
    local blueprint = assert(site.app.services.blueprints:create(bob, { name = "x" }))
    assert(site.app.services.servers:create(bob, { name = "bobs", blueprint_id = blueprint.id }))
    assert.matches('bobs</a> <span class="tag">bob</span>', site:get("admin", "/servers").body)
    assert.is_nil(site:get("bob", "/servers").body:find('<span class="tag">bob', 1, true))
    assert.is_truthy(site:get("admin", "/servers/new").body:find("x (bob)", 1, true))
  end)

  it("offers an admin the blueprints of a server's owner", function()
    local site = web.new()
    for _, name in ipairs { "bob", "eve" } do
      assert(site.app.services.blueprints:create(site.app.users[name], { name = name .. "s recipe" }))
    end
    assert(site.app.services.servers:create(site.app.users.bob, { name = "x", blueprint_id = 1 }))
    local body = site:get("admin", "/servers/1").body
    assert.is_truthy(body:find(">bobs recipe</option>", 1, true))
    assert.is_nil(body:find("eves recipe", 1, true))
  end)
end)

describe("The console output of a server", function()
  it("is a stream from where the reader left off, ended when rights are lost", function()
    local site = web.new()
    local bob = site.app.users.bob
    local blueprint = assert(site.app.services.blueprints:create(bob, { name = "x" }))
    assert(site.app.services.servers:create(bob, { name = "one", blueprint_id = blueprint.id }))
    local events = { accept = "text/event-stream" }
    local stream = site:get("bob", "/servers/1/log?from=30", events).stream
    assert.same({ "log", "plain", 30, "server:1" }, { stream.kind, stream.format, stream.from, stream.topic })
    assert.same({ "user:2", "session:1" }, stream.revoke)
    events["last-event-id"] = "77"
    assert.equal(77, site:get("bob", "/servers/1/log?from=30", events).stream.from)
    assert.equal("text", site:get("bob", "/servers/1/log").stream.kind)
    assert.equal(401, site:get(nil, "/servers/1/log", { accept = "text/event-stream" }).status)
  end)

  it("is that of a unit where it is in the journal, of one run only", function()
    local site = web.new()
    local bob = site.app.users.bob
    local blueprint = assert(site.app.services.blueprints:create(bob, { name = "x" }))
    assert(site.app.services.servers:create(bob, { name = "one", blueprint_id = blueprint.id }))
    local function cursor(number) return ("s=8f;i=%d;b=91d0;m=33;t=63f1;x=9"):format(number) end
    site.app.ports.backend.log = function() return { kind = "journal", unit = "u.service", after = cursor(20) } end
    assert.is_truthy(site:get("bob", "/servers/1").body:find("/servers/1/log?run=20", 1, true))
    local events = { accept = "text/event-stream" }
    local address = "/servers/1/log?run=%d&from=" .. cursor(25)
    local stream = site:get("bob", address:format(20), events).stream
    assert.same({ kind = "journal", unit = "u.service", after = cursor(20), from = cursor(25), follow = true, tail = 0,
      topic = "server:1", revoke = { "user:2", "session:1" } }, stream)
    assert.is_nil(site:get("bob", address:format(19), events).stream.from)
    assert.is_false(site:get("bob", "/servers/1/log").stream.follow)
    assert.is_nil(site:get("bob", "/servers/1/log?from=30", events).stream.from)
  end)
end)
