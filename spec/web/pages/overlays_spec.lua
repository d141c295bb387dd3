-- Specs of the pages of overlays: the list, one overlay, and what is offered when.
local web = require "spec.support.web"

local site, services, store, bob
local function fresh()
  site = web.new()
  services, store, bob = site.app.services, site.app.ports.store, site.app.users.bob
end

local function shows(...) return site:shows(...) end

describe("The pages of overlays", function()
  before_each(fresh)

  it("say what an overlay is while there is none", function()
    assert.is_true(shows("bob", "/overlays", "No overlays yet"))
  end)

  it("show script, build, its output and who uses it; a reader of a system-wide one changes nothing", function()
    local mine = services.overlays:create(bob, { name = "mine", script = "echo hi" })
    services.blueprints:create(bob, { name = "user of it", overlays = { { id = mine.id } } })
    assert.is_true(shows("bob", "/overlays/1", "echo hi"))
    assert.is_true(shows("bob", "/overlays/1", 'data-log="/jobs/1/log"'))
    assert.is_true(shows("bob", "/overlays/1", '<a href="/blueprints/1">user of it</a>'))
    assert.is_true(shows("bob", "/overlays/1", "/jobs/1/cancel"))
    services.overlays:create(site.app.users.admin, { name = "all", system_wide = true })
    assert.is_false(shows("bob", "/overlays/2", 'action="/overlays/2/build"'))
    assert.is_true(shows("bob", "/overlays/2", "readonly"))
    assert.is_true(shows("admin", "/overlays/2", 'action="/overlays/2/build"'))
    assert.is_true(shows("bob", "/overlays", ">everyone</td>"))
  end)

  it("offer no build while one is under way, and show its end", function()
    services.overlays:create(bob, { name = "mine", script = "false" })
    assert.is_false(shows("bob", "/overlays/1", 'action="/overlays/1/build"'))
    store.jobs:claim(1)
    store.jobs:finish(1, { state = "failed", exit_code = 3, finished_at = 2 })
    store.overlays:set_build_status(1, "failed", 2)
    assert.is_true(shows("bob", "/overlays/1", 'action="/overlays/1/build"'))
    assert.is_true(shows("bob", "/overlays/1", "exit code 3"))
  end)

  it("say why an overlay cannot be wiped or deleted, and stay", function()
    services.overlays:create(bob, { name = "mine", script = "true" })
    for _, what in ipairs { "wipe", "delete" } do
      local answer = site:post("bob", "/overlays/1/" .. what, { confirmed = "yes" })
      assert.equal(409, answer.status)
      assert.is_truthy(answer.body:find("Job 1 waits to build it.", 1, true))
      assert.is_truthy(answer.body:find("<h1>mine</h1>", 1, true))
    end
  end)

  it("offer only what is possible now", function()
    local overlay = services.overlays:create(bob, { name = "mine" })
    local function offers(...)
      local body = site:get("bob", "/overlays/1").body
      for _, verb in ipairs { "build", "rebuild", "wipe", "delete" } do
        local wanted = false
        for _, one in ipairs { ... } do wanted = wanted or one == verb end
        assert.equal(wanted, body:find(('action="/overlays/1/%s"'):format(verb), 1, true) ~= nil, verb)
      end
      return body
    end
    offers("build", "rebuild", "wipe", "delete")
    local blueprint = services.blueprints:create(bob, { name = "b", overlays = { { id = overlay.id } } })
    local server = services.servers:create(bob, { name = "the server", blueprint_id = blueprint.id })
    assert.is_truthy(offers("build", "rebuild", "wipe"):find("While it is used it cannot be deleted.", 1, true))
    services.servers:spec(nil, server.id)
    store.servers:set_actual(server.id, { state = "running", at = 1 })
    assert.is_truthy(offers("build"):find("Stop the server first: it has this overlay mounted.", 1, true))
    store.servers:set_actual(server.id, { state = "stopped", at = 1 })
    services.servers:enqueue(bob, server.id, "start")
    store.jobs:claim(1)
    assert.is_truthy(offers("build"):find("Job 1 works on a server that uses it.", 1, true))
  end)

  it("name the blueprints and servers one may see, and count the others", function()
    local common = services.overlays:create(site.app.users.admin, { name = "common", system_wide = true })
    for _, name in ipairs { "bob", "eve" } do
      local blueprint = services.blueprints:create(site.app.users[name], { name = name .. "'s", overlays = { common } })
      services.servers:create(site.app.users[name], { name = "server of " .. name, blueprint_id = blueprint.id })
    end
    assert.is_true(shows("bob", "/overlays/1", '<a href="/servers/1">server of bob</a>'))
    assert.is_true(shows("bob", "/overlays/1", "So does one of someone else."))
    assert.is_false(shows("bob", "/overlays/1", "server of eve"))
    assert.is_false(shows("bob", "/overlays/1", "eve&#39;s"))
    assert.is_true(shows("admin", "/overlays/1", '<a href="/servers/2">server of eve</a>'))
    assert.is_true(shows("bob", "/overlays", "2 blueprints"))
  end)

  it("tell age, length and size of what was built, also to a reader", function()
    services.overlays:create(site.app.users.admin, { name = "all", system_wide = true })
    assert.is_true(shows("bob", "/overlays/1", "not measured yet"))
    store.overlays:set_build_status(1, "ok", site.app.clock.ms - 120000, 65000)
    store.overlays:set_usage(1, { bytes = 3 << 19, files = 1 })
    site.app.clock.ms = site.app.clock.ms + 1000
    assert.is_true(shows("bob", "/overlays/1", "2 min ago"))
    assert.is_true(shows("bob", "/overlays/1", "took 1 min 5 s"))
    assert.is_true(shows("bob", "/overlays/1", "1.5 MiB in 1 file"))
    assert.is_true(shows("bob", "/overlays", '<td class="amount" data-label="Size">1.5 MiB</td>'))
    local german = site:get("bob", "/overlays/1", { ["accept-language"] = "de" }).body
    assert.is_truthy(german:find("1,5 MiB in 1 Datei", 1, true))
  end)

  it("find by a part of the name when there are many, page by page", function()
    for i = 1, 60 do services.overlays:create(bob, { name = ("maps & more %d"):format(i) }) end
    services.overlays:create(bob, { name = "rules" })
    assert.is_true(shows("bob", "/overlays", 'name="name" value=""'))
    assert.is_true(shows("bob", "/overlays?name=RULE", "/overlays/61"))
    assert.is_false(shows("bob", "/overlays?name=RULE", "/overlays/60"))
    local body = site:get("bob", "/overlays?name=s%20%26").body
    assert.is_truthy(body:find('href="/overlays?after=50&amp;name=s%20%26"', 1, true))
    assert.is_true(shows("bob", "/overlays?after=50&name=s%20%26", "/overlays/60"))
    assert.is_true(shows("bob", "/overlays?name=%3Cb%3E", "No overlay has “&lt;b&gt;” in its name."))
  end)

  it("wipe and build anew after a question", function()
    services.overlays:create(bob, { name = "mine" })
    local asked = site:post("bob", "/overlays/1/rebuild")
    assert.is_truthy(asked.body:find("All its files are removed first", 1, true))
    assert.is_truthy(asked.body:find("How much that is was not measured yet.", 1, true))
    store.overlays:set_usage(1, { bytes = 3 << 19, files = 1 })
    assert.is_true(shows("bob", "/overlays/1", "with its script and all its files? That is 1.5 MiB in 1 file."))
    store.overlays:set_usage(1, { bytes = 0, files = 0 })
    site.app.clock.ms = site.app.clock.ms + 1000
    assert.is_true(shows("bob", "/overlays/1", "the script stays. There is none now."))
    assert.same({}, services.jobs:list(bob, {}))
    assert.equal("/overlays/1?notice=building",
      site:post("bob", "/overlays/1/rebuild", { confirmed = "yes" }).headers.location)
    assert.equal("wipe 1", site.app.calls[#site.app.calls])
    assert.equal("build_overlay", services.jobs:list(bob, {})[1].operation)
  end)

  it("keep a script that someone else saved meanwhile, unless theirs is wanted nonetheless", function()
    services.overlays:create(bob, { name = "mine", script = "first" })
    local function seen(body) return body:match 'name="seen" value="(%x+)"' end
    local before = seen(site:get("bob", "/overlays/1").body)
    services.overlays:save_script(bob, 1, "theirs")
    local answer = site:post("bob", "/overlays/1/script", { script = "ours", seen = before })
    assert.equal(409, answer.status)
    for _, text in ipairs { "This script was saved elsewhere meanwhile.", "\nours</textarea>",
      '<a class="button" href="/overlays/1" target="_blank"', "Save mine anyway", ' data-place="/overlays/1"' } do
      assert.is_truthy(answer.body:find(text, 1, true), text)
    end
    assert.equal("theirs", services.overlays:get(bob, 1).script)
    assert.equal(before, seen(answer.body))
    local over = answer.body:match 'form="script" name="over" value="(%x+)"'
    services.overlays:save_script(bob, 1, "another of theirs")
    assert.equal(409, site:post("bob", "/overlays/1/script", { script = "ours", seen = before, over = over }).status)
    services.overlays:save_script(bob, 1, "theirs")
    assert.equal(303, site:post("bob", "/overlays/1/script", { script = "ours", seen = before, over = over }).status)
    assert.equal("ours", services.overlays:get(bob, 1).script)
    assert.equal(303, site:post("bob", "/overlays/1/script", { script = "unasked" }).status)
  end)

  it("ask before what was typed is lost only where a script was", function()
    services.overlays:create(bob, { name = "taken" })
    local function refused(script)
      local answer = site:post("bob", "/overlays", { name = "taken", script = script })
      assert.equal(409, answer.status)
      return answer.body:find(" data-unsaved", 1, true) ~= nil
    end
    assert.same({ false, true, false }, { refused "", refused "true", shows("bob", "/overlays/new", " data-unsaved") })
  end)

  it("take the same script twice, as a double click sends it", function()
    services.overlays:create(bob, { name = "mine", script = "first" })
    local before = site:get("bob", "/overlays/1").body:match 'name="seen" value="(%x+)"'
    local function save(script)
      return site:post("bob", "/overlays/1/script", { script = script, seen = before }).status
    end
    assert.same({ 303, 303, 409 }, { save "a\r\nb", save "a\r\nb", save "older" })
    assert.equal("a\nb", services.overlays:get(bob, 1).script)
  end)

  it("tell who may not change a system-wide one that, however old their form is", function()
    services.overlays:create(site.app.users.admin, { name = "all", system_wide = true, script = "first" })
    for _, seen in ipairs { "", "0123" } do
      local answer = site:post("bob", "/overlays/1/script", { script = "ours", seen = seen })
      assert.equal(403, answer.status)
      assert.is_nil(answer.body:find("saved elsewhere", 1, true))
    end
  end)

  it("lead from a refused deletion to the blueprints that use it", function()
    local overlay = services.overlays:create(bob, { name = "mine" })
    services.blueprints:create(bob, { name = "evening", overlays = { { id = overlay.id } } })
    local answer = site:post("bob", "/overlays/1/delete", { confirmed = "yes" })
    assert.equal(409, answer.status)
    assert.is_truthy(answer.body:find('<li><a href="/blueprints/1">evening</a></li>', 1, true))
  end)
end)
