-- Specs of the other pages: overview, blueprints, jobs, administration, profile, events.
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

describe("The pages of blueprints", function()
  before_each(fresh)

  it("show the server.cfg that servers get, in the order it is run", function()
    local a, b = services.overlays:create(bob, { name = "a" }), services.overlays:create(bob, { name = "b" })
    services.blueprints:create(bob, { name = "x", config = { "sv_tags mine" }, overlays = {
      { id = a.id, expose_server_cfg = true }, { id = b.id, expose_server_cfg = true } } })
    local preview = site:get("bob", "/blueprints/1").body:match '<pre class="preview">(.-)</pre>'
    assert.matches("^exec server_overlay_2\nexec server_overlay_1\nsv_tags mine\nhostname .-\nrcon_password", preview)
  end)

  it("show the server.cfg of what is typed, and keep it typed, without saving it", function()
    services.overlays:create(bob, { name = "a" })
    services.blueprints:create(bob, { name = "x", config = { "saved" } })
    local form = { name = "renamed", config = "typed\nsv_tags y", overlay = "1", expose = "1", server_id = "" }
    local answer = site:post("bob", "/blueprints/1/preview", form)
    assert.equal(200, answer.status)
    assert.matches('<pre class="preview">exec server_overlay_1\ntyped\nsv_tags y\nhostname', answer.body)
    assert.is_truthy(answer.body:find('value="renamed"', 1, true))
    form.config = 'say "open'
    answer = site:post("bob", "/blueprints/1/preview", form)
    assert.equal(422, answer.status)
    assert.is_truthy(answer.body:find("has a quote that is not closed", 1, true))
    assert.same({ "saved" }, services.blueprints:get(bob, 1).config)
    form.config = "now saved"
    assert.equal(303, site:post("bob", "/blueprints/1", form).status)
    assert.same({ "now saved" }, services.blueprints:get(bob, 1).config)
  end)

  it("make a copy and lead to it", function()
    services.blueprints:create(bob, { name = "x" })
    local answer = site:post("bob", "/blueprints/1/duplicate")
    assert.equal("/blueprints/2?notice=duplicated", answer.headers.location)
    assert.is_true(shows("bob", "/blueprints/2?notice=duplicated", "This is the copy."))
    assert.is_true(shows("bob", "/blueprints/2", "x (copy)"))
  end)

  it("name the servers that follow, and refuse to delete a blueprint that has one", function()
    services.blueprints:create(bob, { name = "x" })
    services.servers:create(bob, { name = "follower", blueprint_id = 1 })
    assert.is_true(shows("bob", "/blueprints/1", '<a href="/servers/1">follower</a>'))
    local answer = site:post("bob", "/blueprints/1/delete", { confirmed = "yes" })
    assert.equal(409, answer.status)
    assert.is_truthy(answer.body:find("This blueprint is followed by follower.", 1, true))
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

describe("Administration", function()
  before_each(fresh)

  it("installs the game by a job and goes to it", function()
    assert.equal("/jobs/1", site:post("admin", "/admin/install").headers.location)
    assert.is_true(shows("admin", "/jobs/1", "Installing the game"))
  end)

  it("makes users, shuts them out and lets them in again", function()
    site:post("admin", "/admin/users", { username = "new", password = "long enough", admin = "true" })
    assert.is_true(shows("admin", "/admin/users", ">new</bdi>"))
    assert.is_truthy((services.auth:login("new", "long enough", "192.0.2.3")))
    local question = site:post("admin", "/admin/users/4/deactivate")
    assert.is_truthy(question.body:find("Shut “new” out?", 1, true))
    assert.is_truthy(question.body:find('href="/admin/users"', 1, true))
    site:post("admin", "/admin/users/4/deactivate", { confirmed = "yes" })
    assert.is_nil((services.auth:login("new", "long enough", "192.0.2.3")))
    site:post("admin", "/admin/users/4/activate")
    assert.is_truthy((services.auth:login("new", "long enough", "192.0.2.3")))
  end)

  it("keeps the last admin", function()
    for _, action in ipairs { "deactivate", "admin" } do
      local answer = site:post("admin", "/admin/users/1/" .. action, { confirmed = "yes", admin = action == "admin"
        and "false" or nil })
      assert.equal(409, answer.status)
      assert.is_truthy(answer.body:find("This is the last active admin.", 1, true))
    end
  end)
end)

describe("The profile", function()
  before_each(fresh)

  it("lists every token, page by page, so that each can be revoked", function()
    for i = 1, 51 do services.tokens:create(bob, { name = ("token %d."):format(i) }) end
    assert.is_true(shows("bob", "/profile", "token 50."))
    assert.is_false(shows("bob", "/profile", "token 51."))
    local more = site:get("bob", "/profile").body:match 'href="(/profile%?after=%d+)#tokens"'
    assert.is_true(shows("bob", more, "token 51."))
    assert.is_false(shows("bob", more, "/profile?after="))
  end)

  it("shows a new token once, and never again", function()
    local answer = site:post("bob", "/profile/tokens", { name = "for a script" })
    local secret = answer.body:match "l4m_[%w_-]+"
    assert.is_truthy(services.tokens:resolve(secret))
    local later = site:get("bob", "/profile").body
    assert.is_nil(later:find(secret, 1, true))
    assert.is_truthy(later:find("for a script", 1, true))
    assert.equal("/profile?notice=revoked", site:post("bob", "/profile/tokens/1/revoke", { confirmed = "yes" })
      .headers.location)
    assert.is_nil(services.tokens:resolve(secret))
  end)

  it("shows where one is logged in, marks this session, and ends another or all others", function()
    services.auth:login("bob", "bob's password", "192.0.2.44", "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0")
    services.auth:login("bob", "bob's password", "", "")
    site:session "bob"
    local body = site:get("bob", "/profile").body
    assert.is_truthy(body:find("Firefox on Linux", 1, true))
    assert.is_truthy(body:find("192.0.2.44", 1, true))
    assert.is_truthy(body:find("An unknown browser", 1, true))
    assert.equal(1, select(2, body:gsub("this one", "")))
    assert.is_nil(body:find("/profile/sessions/3/end", 1, true))
    assert.equal("/profile?notice=session_ended", site:post("bob", "/profile/sessions/1/end").headers.location)
    assert.equal(404, site:post("bob", "/profile/sessions/1/end").status)
    assert.is_true(shows("bob", "/profile", "/profile/sessions/end-others"))
    site:post("bob", "/profile/sessions/end-others")
    assert.is_false(shows("bob", "/profile", "/profile/sessions/end-others"))
  end)

  it("speaks the language one chooses there, whatever the browser says", function()
    assert.is_true(shows("bob", "/profile", '<html lang="en">'))
    site:post("bob", "/profile/language", { language = "de" })
    assert.is_true(shows("bob", "/profile", '<html lang="de">'))
    assert.is_truthy(site:get("bob", "/profile", { ["accept-language"] = "en" }).body:find("Profil von bob", 1, true))
    site:post("bob", "/profile/language", { language = "" })
    assert.is_truthy(site:get("bob", "/profile", { ["accept-language"] = "de" }).body:find("Profil von bob", 1, true))
    assert.equal(422, site:post("bob", "/profile/language", { language = "fr" }).status)
  end)

  it("asks to log in again after a new password", function()
    local answer = site:post("bob", "/profile/password", { current = "bob's password", password = "a new long one" })
    assert.same({ 303, "/login?notice=password" }, { answer.status, answer.headers.location })
    assert.matches("Max%-Age=0", answer.cookies[1])
    assert.equal(302, site:get("bob", "/").status)
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
