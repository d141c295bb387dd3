-- Specs of scheduler.outside: what the command line did rings here.
local outside = require "scheduler.outside"
local support = require "spec.support.app"

describe("scheduler.outside", function()
  local app, watcher, cli
  before_each(function()
    app = support.new()
    cli = { admin = true, door = "cli" }
    watcher = outside.new(app.ports)
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
    assert.same({ "user:" .. eve.id }, rung_by(function() assert(app.services.tokens:revoke(cli, token.id)) end))
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
    assert.equal(0, #rung_by(function() watcher = outside.new(app.ports) end))
  end)
end)
