-- Specs of the other pages: overview, jobs, events.
local web = require "spec.support.web"

local site, services, store, bob
local function fresh()
  site = web.new()
  services, store, bob = site.app.services, site.app.ports.store, site.app.users.bob
end

local function shows(who, path, text)
  local answer = site:get(who, path)
  assert.equal(200, answer.status, path)
  return answer.body:find(text, 1, true) ~= nil
end

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

describe("The pages of jobs", function()
  before_each(fresh)

  it("filter by state and go back page by page", function()
    for i = 1, 60 do
      services.overlays:create(bob, { name = "o" .. i, script = "true" })
    end
    local first = site:get("bob", "/jobs").body
    assert.equal(50, select(2, first:gsub('<a href="/jobs/%d+">', "")))
    local older = first:match 'href="(/jobs%?before=%d+)"'
    assert.equal(10, select(2, site:get("bob", older).body:gsub('<a href="/jobs/%d+">', "")))
    assert.is_true(shows("bob", "/jobs?state=failed", "No jobs here"))
    assert.equal(422, site:get("bob", "/jobs?state=nonsense").status)
    for _, before in ipairs { "x", "-1", "99999999999999999999" } do
      assert.equal(200, site:get("bob", "/jobs?before=" .. before).status)
    end
  end)

  it("show one with its log, its times, its exit code, and its cancel while that is possible", function()
    services.overlays:create(bob, { name = "o", script = "true" })
    assert.is_true(shows("bob", "/jobs/1", 'data-log="/jobs/1/log"'))
    assert.is_true(shows("bob", "/jobs/1", "/jobs/1/cancel"))
    assert.equal("/jobs/1?notice=cancelled", site:post("bob", "/jobs/1/cancel", { confirmed = "yes" }).headers.location)
    assert.is_false(shows("bob", "/jobs/1", "/jobs/1/cancel"))
    local again = site:post("bob", "/jobs/1/cancel", { confirmed = "yes" })
    assert.equal(409, again.status)
    assert.is_truthy(again.body:find("This job is over already.", 1, true))
  end)

  it("say that the log of an old job is not kept", function()
    services.overlays:create(bob, { name = "o", script = "true" })
    store.jobs:claim(1)
    store.jobs:finish(1, { state = "succeeded", exit_code = 0, finished_at = 2 })
    assert.is_true(shows("bob", "/jobs/1", "is not kept any more"))
    assert.equal(410, site:get("bob", "/jobs/1/log").status)
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
