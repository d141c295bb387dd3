-- Specs of the other pages: overview, events.
local web = require "spec.support.web"

local site, services, bob
local function fresh()
  site = web.new()
  services, bob = site.app.services, site.app.users.bob
end

local function shows(...) return site:shows(...) end

describe("The overview", function()
  before_each(fresh)

  it("leads a new owner from overlay to blueprint to server", function()
    assert.is_true(shows("bob", "/", "Your first server, in three steps"))
    assert.is_true(shows("bob", "/", "Make an overlay"))
    services.overlays:create(bob, { name = "o" })
    assert.is_true(shows("bob", "/", "Make a blueprint"))
    local blueprint = services.blueprints:create(bob, { name = "b" })
    assert.is_true(shows("bob", "/", "Make a server of"))
    services.servers:create(bob, { name = "the first", blueprint_id = blueprint.id })
    assert.is_false(shows("bob", "/", "Your first server"))
    assert.is_true(shows("bob", "/", "the first"))
  end)

  it("tells the newest jobs and what they wait for", function()
    assert.is_true(shows("bob", "/", "Nothing has been done yet."))
    services.overlays:create(bob, { name = "o", script = "true" })
    site.app.ports.db:run("UPDATE jobs SET waiting_for = 'a free place'")
    assert.is_true(shows("bob", "/", "Build of o"))
    assert.is_true(shows("bob", "/", "Waits for a free place."))
  end)

  it("says whether the game is missing, the demo game or the real one, and to an admin how to install it", function()
    local fs = site.app.ports.fs
    for _, path in ipairs { "/", "/servers" } do
      assert.is_true(shows("bob", path, "The game is not installed."))
      assert.is_true(shows("bob", path, "An admin can install it."))
    end
    assert.is_true(shows("admin", "/admin", "l4d2ctl"))
    fs.directories["installation/srcds_run"] = true
    fs.read = function() return "StandIn=1\n" end
    site.app.clock.ms = site.app.clock.ms + 1000
    assert.is_true(shows("bob", "/", "The demo game is installed"))
    assert.is_true(shows("admin", "/admin", "LEFT4ME_STEAMCMD"))
    fs.read = function() return "PatchVersion=2.2.3.8\n" end
    site.app.clock.ms = site.app.clock.ms + 1000
    assert.is_false(shows("bob", "/", "demo game"))
    assert.is_true(shows("admin", "/admin", "Update the game"))
  end)
end)

describe("The events of a page", function()
  before_each(fresh)

  it("are those it asks for, of those there are, and end with the rights of who asked", function()
    local function topics(query) return site:get("bob", "/events" .. query).stream.topics end
    local all = { "servers", "jobs", "overlays" }
    assert.same({ "jobs" }, topics "?topics=jobs")
    assert.same({ "servers", "jobs" }, topics "?topics=servers,jobs")
    for _, query in ipairs { "", "?topics=", "?topics=scheduler", "?topics=user:1", "?topics=server:1" } do
      assert.same(all, topics(query), query)
    end
    local stream = site:get("bob", "/events").stream
    assert.equal("bell", stream.kind)
    assert.same({ "user:2", "session:1" }, stream.revoke)
  end)
end)
