-- Specs of services.servers: ports, passwords, ownership, the spec handed to the host.
local spec = require "domain.spec"
local support = require "spec.support.app"

describe("services.servers", function()
  local app, servers, admin, bob, eve, blueprint
  before_each(function()
    app = support.new()
    servers, admin, bob, eve = app.services.servers, app.users.admin, app.users.bob, app.users.eve
    blueprint = assert(app.services.blueprints:create(bob, { name = "night", arguments = { "+map c1m1_hotel" } }))
  end)

  local function create(name, more)
    local args = { name = name, blueprint_id = blueprint.id }
    for key, value in pairs(more or {}) do args[key] = value end
    return servers:create(bob, args)
  end

  it("gives the lowest free port of the range, and 409 when there is none", function()
    assert.equal(27015, create("a").port)
    assert.equal(27017, create("b", { port = 27017 }).port)
    assert.equal(27016, create("c").port)
    local _, err = create("d")
    assert.same({ 409, "server.no_port" }, { err.status, err.code })
    assert.equal(30000, create("d", { port = 30000 }).port)
    local _, taken = create("e", { port = 30000 })
    assert.same({ 409, { port = "is taken" } }, { taken.status, taken.fields })
  end)

  it("takes a label once per user", function()
    create("a")
    assert.same({ name = "is taken" }, select(2, create("a")).fields)
  end)

  it("gives every server a password of its own and shows it to its owner only", function()
    local a, b = create("a"), create("b")
    assert.matches("^[%w_-]+$", a.rcon_password)
    assert.is_true(#a.rcon_password >= 24)
    assert.not_equal(a.rcon_password, b.rcon_password)
    assert.equal(a.rcon_password, servers:get(bob, a.id).rcon_password)
    assert.is_nil(servers:get(admin, a.id).rcon_password)
    assert.is_nil(servers:list(admin)[1].rcon_password)
    for _, entry in ipairs(app.ports.store.audit:newest(10)) do
      assert.is_nil(entry.detail:find(a.rcon_password, 1, true))
    end
  end)

  it("follows a blueprint of its owner only", function()
    local eves = app.services.blueprints:create(eve, { name = "eves" })
    for _, id in ipairs { eves.id, 999 } do
      local _, err = create("x", { blueprint_id = id })
      assert.same({ blueprint_id = "is no blueprint you can use" }, err.fields)
    end
    local server = create("a")
    assert.equal(422, select(2, servers:update(admin, server.id, { blueprint_id = eves.id })).status)
    local by_admin = assert(servers:create(admin, { name = "made for eve", blueprint_id = eves.id }))
    assert.equal(eve.id, by_admin.user_id)
  end)

  it("is its owner's alone, and an admin's", function()
    local id = create("a").id
    for _, call in ipairs {
      function(actor) return servers:get(actor, id) end,
      function(actor) return servers:update(actor, id, { name = "b" }) end,
      function(actor) return servers:enqueue(actor, id, "stop") end,
      function(actor) return servers:spec(actor, id) end,
      function(actor) return servers:log_stream(actor, id) end,
    } do
      assert.equal(404, select(2, call(eve)).status)
      assert.is_truthy((call(bob)))
      assert.is_truthy((call(admin)))
    end
    assert.same({ 1, 0, 1 }, { #servers:list(bob), #servers:list(eve), #servers:list(admin) })
    assert.equal(404, select(2, servers:get(admin, 999)).status)
  end)

  it("changes what is given and leaves the rest", function()
    local server = create("a")
    create("b")
    local changed = assert(servers:update(bob, server.id, { hostname = "Mine" }))
    assert.same({ "a", 27015, "Mine", blueprint.id }, { changed.name, changed.port, changed.hostname,
      changed.blueprint_id })
    assert.same({ port = "is taken" }, select(2, servers:update(bob, server.id, { port = 27016 })).fields)
    assert.same({ name = "is taken" }, select(2, servers:update(bob, server.id, { name = "b" })).fields)
  end)

  it("gives its owner another password, and no admin", function()
    local server = create("a")
    assert.equal(server.rcon_password, servers:rcon_password(bob, server.id))
    local changed = assert(servers:rotate_rcon_password(bob, server.id))
    assert.matches("^[%w_-]+$", changed.rcon_password)
    assert.not_equal(server.rcon_password, changed.rcon_password)
    assert.equal(changed.rcon_password, servers:rcon_password(bob, server.id))
    assert.equal("api server.rotate_rcon_password server:" .. server.id .. " ", support.audited(app))
    for actor, status in pairs { [admin] = 403, [eve] = 404 } do
      for _, call in ipairs { servers.rcon_password, servers.rotate_rcon_password } do
        local value, err = call(servers, actor, server.id)
        assert.same({ nil, status }, { value, err.status })
      end
    end
    assert.equal(changed.rcon_password, servers:get(bob, server.id).rcon_password)
  end)

  it("knows whether a server runs with other settings than it would be started with now", function()
    local id = create("a").id
    local function outdated() return servers:is_outdated(servers:get(admin, id)) end
    local function seen(state) app.ports.store.servers:set_actual(id, { state = state, at = 1 }) end
    servers:spec(nil, id)
    assert.is_false(outdated())
    seen "running"
    assert.is_false(outdated())
    local before = servers:get(bob, id)
    for _, change in ipairs {
      function() servers:update(bob, id, { hostname = "Other" }) end,
      function() servers:update(bob, id, { name = "renamed" }) end,
      function() servers:update(bob, id, { port = 27017 }) end,
      function() app.services.blueprints:update(bob, blueprint.id, { config = { "sv_tags x" } }) end,
    } do
      change()
      assert.is_true(outdated())
      servers:update(bob, id, { hostname = before.hostname, name = before.name, port = before.port })
      app.services.blueprints:update(bob, blueprint.id, { config = {} })
      assert.is_false(outdated())
    end
    servers:rotate_rcon_password(bob, id)
    assert.is_true(outdated())
    servers:spec(nil, id) -- files written anew beside a game that runs
    assert.is_true(outdated())
    seen "stopped"
    assert.is_false(outdated())
    servers:spec(nil, id)
    seen "running"
    assert.is_false(outdated())
  end)

  it("shows what its game said of itself for half a minute, as long as it runs", function()
    local id = create("a").id
    local store, now = app.ports.store, app.clock.ms
    store.live:note { { id = id, at = now - 10000, players = 2, bots = 1, max = 8, map = "c1m1_hotel",
      names = { { name = "Zoey", score = 7, joined_at = now - 60000 } } } }
    assert.is_nil(servers:get(bob, id).live)
    store.servers:set_actual(id, { state = "running", at = now })
    assert.same({ players = 2, bots = 1, max = 8, map = "c1m1_hotel", at = now - 10000,
      names = { { name = "Zoey", score = 7, joined_at = now - 60000 } } }, servers:get(bob, id).live)
    assert.equal(2, servers:list(bob)[1].live.players)
    app.clock.ms = now + 20001
    assert.is_nil(servers:get(bob, id).live)
    assert.is_nil(servers:list(bob)[1].live)
  end)

  it("enqueues a restart as a stop and a start behind it", function()
    local server = create("a")
    local job = assert(servers:restart(bob, server.id))
    local jobs = app.ports.store.jobs:list { server_id = server.id, limit = 10 }
    assert.same({ "start", "start", "stop" }, { job.operation, jobs[1].operation, jobs[2].operation })
    assert.equal(404, select(2, servers:restart(eve, server.id)).status)
    assert.is_true(support.rang(app, "scheduler"))
  end)

  it("enqueues operations and wakes the scheduler", function()
    local server = create("a")
    support.rang(app, "")
    local job = assert(servers:enqueue(bob, server.id, "start"))
    assert.same({ "start", server.id }, { job.operation, job.server_id })
    assert.is_true(support.rang(app, "scheduler"))
  end)

  it("takes no work for a server that is being deleted, until that has failed", function()
    local server = create("a")
    assert(servers:delete(bob, server.id))
    assert.equal("server.deleting", select(2, servers:enqueue(bob, server.id, "start")).code)
    assert.equal("server.deleting", select(2, servers:delete(bob, server.id)).code)
    app.ports.db:run("UPDATE jobs SET state = 'failed'")
    assert.is_table((servers:enqueue(bob, server.id, "start")))
  end)

  it("hands the host a spec it can read back, with everything in order", function()
    local low = app.services.overlays:create(bob, { name = "low" }).id
    local high = app.services.overlays:create(bob, { name = "high" }).id
    app.services.blueprints:update(bob, blueprint.id, { config = { 'sv_tags "a: b # c"' }, overlays = {
      { id = high, expose_server_cfg = true }, { id = low, expose_server_cfg = true },
    } })
    local server = create("It's: \"mine\" #1")
    local text = assert(servers:spec(nil, server.id))
    local read = assert(spec.parse(text, require("host.yaml").events))
    assert.same({
      port = 27015, arguments = { "+map", "c1m1_hotel" },
      overlays = { { path = tostring(high), alias = "server_overlay_" .. high },
        { path = tostring(low), alias = "server_overlay_" .. low } },
      config = { "exec server_overlay_" .. low, "exec server_overlay_" .. high, 'sv_tags "a: b # c"',
        "hostname \"bob It's: 'mine' #1\"", ('rcon_password "%s"'):format(server.rcon_password) },
    }, read)
  end)

  it("follows its blueprint live", function()
    local server = create("a")
    app.services.blueprints:update(bob, blueprint.id, { arguments = { "+map c2m1_highway" } })
    assert.truthy(servers:spec(nil, server.id):find("c2m1_highway", 1, true))
  end)

  it("lets no hostname leave its quotes", function()
    local server = create("a", { hostname = 'x" ; rcon_password "y\nquit' })
    local read = spec.parse(servers:spec(nil, server.id), require("host.yaml").events)
    assert.same({ "hostname \"x' ; rcon_password 'y quit\"", ('rcon_password "%s"'):format(server.rcon_password) },
      read.config)
  end)

  it("describes its console log for streaming", function()
    local server = create("a")
    local stream = servers:log_stream(bob, server.id)
    assert.same({ kind = "log", format = "plain", from = 0, topic = "server:" .. server.id,
      path = "/state/logs/servers/" .. server.id .. "/run.log", revoke = { "user:" .. bob.id } }, stream)
  end)

  it("describes its journal for streaming, where the backend keeps the output there", function()
    local server = create("a")
    app.ports.backend.log = function(_, name)
      return { kind = "journal", unit = "left4me-server@" .. name .. ".service", after = "s=1", boot = "b" }
    end
    assert.same({ kind = "journal", follow = true, unit = "left4me-server@" .. server.id .. ".service", after = "s=1",
      boot = "b", topic = "server:" .. server.id, revoke = { "user:" .. bob.id } }, servers:log_stream(bob, server.id))
    app.ports.backend.log = function() return nil end
    assert.matches("/none$", servers:log_stream(bob, server.id).path)
  end)

  it("fills a range exactly when 50 creations run at once", function()
    local pipe = assert(io.popen("mktemp -d"))
    local directory = pipe:read("l")
    pipe:close()
    local path = directory .. "/left4me.db"
    local on_disk = support.new { db = require("spec.support.database").open(path) }
    local shared = on_disk.services.blueprints:create(on_disk.users.bob, { name = "shared" })
    local children, made, refused = {}, 0, 0
    local runtime = require "host.runtime"
    for i = 1, 10 do
      children[i] = assert(io.popen(("'%s' lua '%s/spec/support/create_servers.lua' '%s' %d %d 5"):format(
        runtime.executable, runtime.share_dir, path, shared.id, i)))
    end
    for _, child in ipairs(children) do
      for line in child:lines() do
        made = made + (line == "made" and 1 or 0)
        refused = refused + (line == "server.no_port" and 1 or 0)
      end
      assert.is_true(child:close())
    end
    assert.same({ 3, 47 }, { made, refused })
    assert.equal(3, on_disk.ports.db:value("SELECT count(DISTINCT port) FROM servers"))
    on_disk.ports.db:close()
    os.execute("rm -rf -- '" .. directory .. "'")
  end)
end)
