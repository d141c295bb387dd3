-- Specs of the pages of blueprints: the list, composing, the server.cfg of what is typed, copying, refusing to delete.
local web = require "spec.support.web"

local site, services, bob, admin

local function fresh()
  site = web.new()
  services, bob, admin = site.app.services, site.app.users.bob, site.app.users.admin
  site.app.ports.config.port_last = 27300
end

local function shows(...) return site:shows(...) end

local function preview_of(answer) return answer.body:match '<pre class="preview"[^>]*>(.-)</pre>' end

describe("The list of blueprints", function()
  before_each(fresh)

  it("says what a blueprint is while there is none", function()
    assert.is_true(shows("bob", "/blueprints", "A blueprint is a recipe for servers"))
  end)

  it("shows the first overlays in order, the first servers with their states, and how many more there are", function()
    local overlays = {}
    for i = 1, 7 do overlays[i] = { id = services.overlays:create(bob, { name = "o" .. (8 - i) }).id } end
    local id = services.blueprints:create(bob, { name = "x", overlays = overlays }).id
    for i = 1, 5 do services.servers:create(bob, { name = "s" .. i, blueprint_id = id }) end
    local body = site:get("bob", "/blueprints").body
    local order = {}
    for name in body:gmatch '<li class="tag">(.-)</li>' do order[#order + 1] = name end
    assert.equal("o7 o6 o5 o4 o3", table.concat(order, " "))
    assert.equal(2, select(2, body:gsub("and 2 more", "")))
    assert.matches('stopped</span> <a href="/servers/3">s3</a>', body)
    assert.is_nil(body:find(">s4<", 1, true))
    services.servers:enqueue(bob, 1, "start")
    assert.matches('queued</span> <a href="/servers/1">s1</a>', site:get("bob", "/blueprints").body)
  end)

  it("names the owner to an admin, of what is not the admin's own", function()
    services.blueprints:create(bob, { name = "his" })
    services.blueprints:create(admin, { name = "mine" })
    assert.is_true(shows("admin", "/blueprints", 'his</a> <span class="tag">bob</span>'))
    assert.is_false(shows("admin", "/blueprints", 'mine</a> <span class="tag">'))
    assert.is_true(shows("admin", "/blueprints/1", '<span class="tag">bob</span>'))
    assert.is_false(shows("bob", "/blueprints/1", '<span class="tag">bob</span>'))
  end)
end)

describe("The page of a blueprint", function()
  before_each(function()
    fresh()
    for _, name in ipairs { "a", "b", "c" } do services.overlays:create(bob, { name = name }) end
    services.blueprints:create(bob, { name = "x", config = { "saved" }, overlays = {
      { id = 1, expose_server_cfg = true }, { id = 2, expose_server_cfg = true } } })
  end)

  it("shows the server.cfg that servers get, in the order it is run", function()
    assert.equal("exec server_overlay_2\nexec server_overlay_1\nsaved\nhostname &quot;…&quot;\n"
      .. "rcon_password &quot;••••••••&quot;\n", preview_of(site:get("bob", "/blueprints/1")))
    services.servers:create(bob, { name = "follower", blueprint_id = 1 })
    assert.matches("hostname &quot;bob follower&quot;", preview_of(site:get("bob", "/blueprints/1")))
  end)

  it("offers the overlays it lacks, and tells a newcomer to make one", function()
    assert.is_true(shows("bob", "/blueprints/1", '<option value="3">c</option>'))
    assert.is_false(shows("bob", "/blueprints/1", '<option value="1">'))
    services.blueprints:create(site.app.users.eve, { name = "first" })
    assert.is_true(shows("eve", "/blueprints/2", "Make an overlay first"))
  end)

  it("moves, takes out and adds overlays by its buttons, and saves what was typed with it", function()
    local function order()
      local out = {}
      for i, overlay in ipairs(services.blueprints:get(bob, 1).overlays) do out[i] = overlay.name end
      return table.concat(out, " ")
    end
    local function press(fields)
      local posted = { { "csrf", site:session("bob").csrf }, { "name", "x" }, { "config", "typed" } }
      for _, overlay in ipairs(services.blueprints:get(bob, 1).overlays) do
        posted[#posted + 1] = { "overlay", overlay.id }
        posted[#posted + 1] = { "expose", overlay.id }
      end
      for _, field in ipairs(fields) do posted[#posted + 1] = field end
      return site:post("bob", "/blueprints/1", posted).headers.location
    end
    assert.equal("/blueprints/1?notice=saved#overlay-2", press { { "move", "up:2" } })
    assert.equal("b a", order())
    press { { "move", "up:2" } }
    assert.equal("b a", order())
    assert.equal("/blueprints/1?notice=saved", press { { "add", "3" } })
    assert.equal("b a c", order())
    press { { "move", "down:2" } }
    press { { "move", "remove:1" } }
    assert.equal("b c", order())
    assert.same({ "typed" }, services.blueprints:get(bob, 1).config)
  end)

  it("shows the server.cfg of what is typed, and keeps it typed, without saving it", function()
    local form = { name = "renamed", config = "typed\nsv_tags y", overlay = "1", expose = "1", server_id = "" }
    local answer = site:post("bob", "/blueprints/1/preview", form)
    assert.equal(200, answer.status)
    assert.matches("^exec server_overlay_1\ntyped\nsv_tags y\nhostname", preview_of(answer))
    assert.is_truthy(answer.body:find('value="renamed"', 1, true))
    assert.is_truthy(answer.body:find("Not saved yet", 1, true))
    form.config = 'say "open'
    answer = site:post("bob", "/blueprints/1/preview", form)
    assert.equal(422, answer.status)
    assert.is_truthy(answer.body:find("has a quote that is not closed", 1, true))
    assert.is_truthy(answer.body:find("Not up to date", 1, true))
    assert.same({ "saved" }, services.blueprints:get(bob, 1).config)
    form.config = "now saved"
    assert.equal(303, site:post("bob", "/blueprints/1", form).status)
    assert.same({ "now saved" }, services.blueprints:get(bob, 1).config)
  end)

  it("keeps the blank lines of a config, and counts them where it says what is wrong", function()
    site:post("bob", "/blueprints/1", { name = "x", config = "a 1\r\n\r\n// more\r\nb 2\r\n\r\n" })
    assert.same({ "a 1", "", "// more", "b 2" }, services.blueprints:get(bob, 1).config)
    assert.is_true(shows("bob", "/blueprints/1", ">\na 1\n\n// more\nb 2</textarea>"))
    local answer = site:post("bob", "/blueprints/1", { name = "x", config = 'a 1\r\n\r\nsay "open' })
    assert.is_truthy(answer.body:find("entry 3 has a quote", 1, true))
  end)

  it("gives a script the preview and the problems alone, with the hostname of the server it asks for", function()
    local last
    for _, name in ipairs { "one", "two" } do
      last = services.servers:create(bob, { name = name, blueprint_id = 1 }).id
    end
    local function part(fields)
      fields.csrf = site:session("bob").csrf
      return site:request("POST", "/blueprints/1/preview?part=live", { body = web.form(fields), headers = {
        cookie = "left4me_session=" .. site:session("bob").id,
        ["content-type"] = "application/x-www-form-urlencoded" } })
    end
    local answer = part { name = "x", config = "typed", server_id = last, unsaved = "yes" }
    assert.same({ 200, nil }, { answer.status, answer.body:match "<html" })
    assert.equal("typed\nhostname &quot;bob two&quot;\nrcon_password &quot;••••••••&quot;\n", preview_of(answer))
    assert.is_truthy(answer.body:find("not saved yet", 1, true))
    assert.is_nil(part({ name = "x" }).body:find("not saved yet", 1, true))
    answer = part { name = "", config = 'say "open' }
    assert.equal(200, answer.status)
    assert.is_nil(preview_of(answer))
    for _, field in ipairs { "name", "config" } do
      assert.matches(('<div data%%-problem="%s"><span class="wrong"'):format(field), answer.body)
    end
  end)

  it("keeps what someone else saved meanwhile, and what was typed, unless that is wanted nonetheless", function()
    local function seen(body) return body:match 'name="seen" value="(%x+)"' end
    local before = seen(site:get("bob", "/blueprints/1").body)
    local function save(fields)
      for name, value in pairs { name = "x", overlay = "1", config = "ours", arguments = "", seen = before } do
        fields[name] = fields[name] or value
      end
      return site:post("bob", "/blueprints/1", fields)
    end
    services.blueprints:update(bob, 1, { config = { "theirs" } })
    local answer = save { move = "remove:1" }
    assert.equal(409, answer.status)
    for _, text in ipairs { "This blueprint was saved elsewhere meanwhile.", "\nours</textarea>",
      '<a class="button" href="/blueprints/1" target="_blank"', "Save mine anyway", " data-unsaved>" } do
      assert.is_truthy(answer.body:find(text, 1, true), text)
    end
    assert.is_nil(answer.body:find('id="overlay-1"', 1, true))
    assert.matches("^ours\n", preview_of(answer))
    assert.same({ "theirs" }, services.blueprints:get(bob, 1).config)
    assert.equal(before, seen(answer.body))
    assert.equal(before, seen(site:post("bob", "/blueprints/1/preview", { name = "x", seen = before }).body))
    local over = answer.body:match 'form="blueprint" name="over" value="(%x+)"'
    services.servers:create(bob, { name = "first", blueprint_id = 1 })
    local second = services.servers:create(bob, { name = "second", blueprint_id = 1 }).id
    assert.matches("bob second", preview_of(save { server_id = second }))
    assert.equal(409, save({ over = before }).status)
    assert.equal(303, save({ over = over }).status)
    assert.same({ "ours" }, services.blueprints:get(bob, 1).config)
  end)

  it("takes the same form twice, as a double click sends it, but not what was typed before it", function()
    local before = site:get("bob", "/blueprints/1").body:match 'name="seen" value="(%x+)"'
    local function save(config)
      return site:post("bob", "/blueprints/1", { name = " x ", overlay = "2", config = config, arguments = "-a\r\n",
        seen = before }).status
    end
    assert.same({ 303, 303, 409 }, { save "ours\r\n\r\n", save "ours\r\n\r\n", save "older" })
  end)

  it("suggests a name for a server that is taken, whatever its own is", function()
    services.blueprints:update(bob, 1, { name = "old \u{202E}name" })
    for _, path in ipairs { "/", "/blueprints/1" } do
      local answer = site:get("bob", path).body:match 'action="/servers"(.-)</form>'
      assert.equal("old \u{FFFD}name", answer:match 'name="name" value="([^"]+)"')
    end
    assert.equal(303, site:post("bob", "/servers", { blueprint_id = "1", name = "old \u{FFFD}name" }).status)
  end)

  it("tells a script which version it stored", function()
    local answer = site:post("bob", "/blueprints/1?tell=stored", { name = "x", config = "ours" })
    local stored = answer.headers.location:match "^/blueprints/1%?notice=saved&stored=(%x+)$"
    assert.equal(site:get("bob", "/blueprints/1").body:match 'data%-version="(%x+)"', stored)
    services.blueprints:update(bob, 1, { config = { "theirs" } })
    assert.is_false(shows("bob", answer.headers.location, stored))
  end)

  it("takes any other change of what its form holds for another version, and the same saved again for none", function()
    local function version() return site:get("bob", "/blueprints/1").body:match 'data%-version="(%x+)"' end
    local first, known = version(), {}
    services.overlays:update(bob, 1, { name = "renamed" })
    services.blueprints:update(bob, 1, { config = { "saved" } })
    site.app.clock.ms = site.app.clock.ms + 1000
    assert.equal(first, version())
    known[first] = true
    local both = { { id = 1, expose_server_cfg = false }, { id = 2, expose_server_cfg = true } }
    for _, change in ipairs { { name = "y" }, { arguments = { "-a" } }, { config = { "saved", "" } },
      { overlays = both }, { overlays = { { id = 2 } } } } do
      services.blueprints:update(bob, 1, change)
      site.app.clock.ms = site.app.clock.ms + 1000
      assert.is_nil(known[version()])
      known[version()] = true
    end
  end)

  it("leads to a copy", function()
    local answer = site:post("bob", "/blueprints/1/duplicate")
    assert.equal("/blueprints/2?notice=duplicated", answer.headers.location)
    assert.is_true(shows("bob", "/blueprints/2?notice=duplicated", "This is the copy."))
    assert.is_true(shows("bob", "/blueprints/2", "x (copy)"))
    services.users:set_language(bob, "de")
    site:post("bob", "/blueprints/2/duplicate")
    assert.equal("x (Kopie)", services.blueprints:get(bob, 3).name)
  end)

  it("names the servers that follow, and refuses to be deleted with links to them", function()
    for _, name in ipairs { "one", "two", "three", "four" } do
      services.servers:create(bob, { name = name, blueprint_id = 1 })
    end
    assert.is_false(shows("bob", "/blueprints/1", "/blueprints/1/delete"))
    assert.is_true(shows("bob", "/blueprints/1", "and 1 more"))
    local answer = site:post("bob", "/blueprints/1/delete", { confirmed = "yes" })
    assert.equal(409, answer.status)
    local told = answer.body:match '<div class="problem" role="alert">(.-)</div>'
    assert.is_truthy(told:find("4 servers follow it", 1, true))
    assert.is_truthy(told:find('<a href="/servers/4">four</a>', 1, true))
  end)

  it("marks the servers that run with older settings, and restarts them", function()
    local server = services.servers:create(bob, { name = "runs", blueprint_id = 1 }).id
    assert(services.servers:spec(nil, server))
    site.app.ports.store.servers:set_actual(server, { state = "running", at = 1 })
    assert.is_false(shows("bob", "/blueprints/1", "runs with older settings"))
    assert.is_false(shows("bob", "/blueprints/1", "/servers/1/restart"))
    services.blueprints:update(bob, 1, { config = {} })
    assert.is_true(shows("bob", "/blueprints/1", "runs with older settings"))
    assert.is_true(shows("bob", "/blueprints/1", "/servers/1/restart"))
    services.servers:enqueue(bob, server, "stop")
    assert.is_false(shows("bob", "/blueprints/1", "/servers/1/restart"))
  end)
end)
