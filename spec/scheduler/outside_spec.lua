-- Specs of scheduler.outside: what the command line did rings here.
local outside = require "scheduler.outside"
local proc = require "host.proc"
local runtime = require "host.runtime"
local scheduler = require "spec.support.scheduler"
local support = require "spec.support.app"

describe("scheduler.outside", function()
  local app, watcher, cli
  before_each(function()
    app = support.new()
    cli = { admin = true, door = "cli" }
    watcher = outside.new(app.ports, "/state/left4me.db")
  end)

  -- What rings in this process because of a change that rang in another.
  local function rung_by(change)
    change()
    support.rang(app, "")
    watcher:look()
    local topics = table.move(app.rung, 1, #app.rung, 1, {})
    support.rang(app, "")
    return topics
  end

  it("ends the streams of a user who lost a right at the command line", function()
    local bob = app.users.bob
    assert.same({ "user:" .. bob.id }, rung_by(function()
      assert(app.services.users:set_active(cli, bob.id, false))
    end))
    local eve = app.users.eve
    local token = app.services.tokens:create(eve, {})
    watcher:look()
    assert.same({ "token:" .. token.id }, rung_by(function() assert(app.services.tokens:revoke(cli, token.id)) end))
  end)

  it("tells open pages of objects that changed", function()
    assert.same({ "overlays" }, rung_by(function()
      assert(app.services.overlays:create(cli, { name = "seeded", system_wide = true }))
    end))
  end)

  it("leaves alone what was done in this process, and rings once", function()
    local function passwd(actor)
      return function() assert(app.services.users:passwd(actor, app.users.bob.id, { password = "x" })) end
    end
    assert.same({}, rung_by(passwd(app.users.admin)))
    assert.equal(1, #rung_by(passwd(cli)))
    assert.same({}, rung_by(function() end))
  end)

  it("begins with what comes after its start, and reads any number of entries", function()
    for _ = 1, 450 do
      app.ports.store.audit:add { at = 1, door = "cli", action = "user.passwd", object = "user:1" }
    end
    assert.equal(450, #rung_by(function() end))
    assert.equal(0, #rung_by(function() watcher = outside.new(app.ports, "/state/left4me.db") end))
  end)
end)

describe("scheduler.outside as a task", function()
  local host, path, watcher, looks
  before_each(function()
    host = scheduler.new()
    path = host.path .. "/left4me.db"
    host.ports.watch = require "host.watch"
    looks = 0
  end)
  after_each(function()
    host:close()
    assert.same({}, host.lines)
  end)

  local function run()
    watcher = outside.new(host.ports, path)
    host.ports.tasks:spawn("outside", function() watcher:run(function() looks = looks + 1 end) end)
  end

  -- What a command does: a connection in a process of its own, a change, the end.
  local command = ([[d = require("store.db").open(%q) d:exec "INSERT INTO t VALUES (1)" d:close() return 0]])
  local function change()
    host.ports.root:write("command.lua", command:format(path))
    local result = proc.run { argv = { runtime.executable, "lua", host.path .. "/command.lua" }, timeout_ms = 20000 }
    assert.equal(0, result.code, result.stderr)
  end

  it("looks when a process closes the database it has changed, and sleeps without end in between", function()
    local d <close> = assert(require("store.db").open(path, { create = true }))
    d:exec "CREATE TABLE t (x ANY) STRICT" -- the journal is there as long as a connection is
    run()
    assert.equal(1, looks)
    assert.equal(-1, host.ports.tasks.timers:wait(host.ports.clock.monotonic()))
    d:exec "INSERT INTO t VALUES (2)"
    host.ports.tasks:turn(0)
    assert.equal(1, looks)
    change()
    host:until_true("the next look", function() return looks == 2 end)
    for _ = 1, 3 do host.ports.tasks:turn(0) end
    assert.equal(2, looks)
    change()
    host:until_true("the look after that", function() return looks == 3 end)
  end)

  it("looks twice a second where it is not told", function()
    run()
    host.ports.clock.skip(500)
    host.ports.tasks:turn(0)
    assert.equal(2, looks)
  end)
end)
