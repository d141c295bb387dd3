-- Specs of web.palette: what a few letters may mean, for whom, now, in both languages; and its page.
local json = require "host.json"
local palette = require "web.palette"
local web = require "spec.support.web"

local function encoded(text)
  return (text:gsub("[^%w]", function(byte) return ("%%%02X"):format(byte:byte()) end))
end

describe("The palette", function()
  local site, services, bob
  before_each(function()
    site = web.new()
    site.app.ports.config.port_last = 27100
    services, bob = site.app.services, site.app.users.bob
    assert(services.overlays:create(bob, { name = "maps" }))
    assert(services.overlays:create(site.app.users.admin, { name = "rules", system_wide = true }))
    assert(services.blueprints:create(bob, { name = "evening" }))
    for _, name in ipairs { "coop", "versus coop", "Süd" } do
      assert(services.servers:create(bob, { name = name, blueprint_id = 1 }))
    end
  end)

  local function find(typed, who, language)
    local answer = site:get(who or "bob", "/palette?q=" .. encoded(typed),
      { accept = "application/json", ["accept-language"] = language })
    assert.equal(200, answer.status)
    return answer.json.results
  end

  local function titles(...)
    local out = {}
    for i, one in ipairs(find(...)) do out[i] = one.title end
    return out
  end

  local function has(title, ...)
    for _, one in ipairs(find(...)) do
      if one.title == title then return one end
    end
  end

  it("leads to objects by name, the best first, then to what can be done with the best", function()
    assert.same({ "coop", "versus coop", "Start the server: coop", "Write the server's files: coop" }, titles "coop")
    assert.equal("/servers/1", find("coop")[1].href)
    assert.equal("/blueprints/1", find("even")[1].href)
    assert.equal("/overlays/1", find("maps")[1].href)
    assert.equal("coop", find("server coop")[1].title)
  end)

  it("offers an action by its words and the object's name, in any order", function()
    assert.same({ title = "Start the server: coop", kind = "Action", post = "/servers/1/start" }, find("start coop")[1])
    assert.equal("Start the server: coop", find("coop start")[1].title)
    assert.equal("Delete the server: versus coop", find("del vers")[1].title)
    assert.equal("Start the server: coop", find("start: COOP")[1].title)
  end)

  it("understands English and the language it shows", function()
    assert.equal("Server starten: coop", find("starten coop", "bob", "de")[1].title)
    assert.equal("Server starten: coop", find("start coop", "bob", "de")[1].title)
    assert.equal("Übersicht", find("über", "bob", "de")[1].title)
    assert.equal("Übersicht", find("overview", "bob", "de")[1].title)
    assert.same({}, find "starten")
  end)

  it("offers only what is possible now", function()
    local servers = site.app.ports.store.servers
    assert.is_nil(has("Stop the server: coop", "stop coop"))
    servers:set_actual(1, { state = "running", at = 1 })
    assert.is_table(has("Stop the server: coop", "stop coop"))
    assert.is_nil(has("Start the server: coop", "start coop"))
    assert(services.servers:enqueue(bob, 1, "stop"))
    assert.is_nil(has("Stop the server: coop", "stop coop"))
    assert.is_nil(has("Delete the blueprint: evening", "delete evening"))
    assert.is_table(has("Delete the overlay: maps", "delete maps"))
    assert(services.blueprints:update(bob, 1, { overlays = { { id = 1 } } }))
    assert.is_nil(has("Delete the overlay: maps", "delete maps"))
  end)

  it("offers only what is permitted, and shows nothing of others", function()
    assert.same({}, find("coop", "eve"))
    assert.same({}, find("start coop", "eve"))
    assert.is_nil(has("Build the overlay: rules", "build rules"))
    assert.is_table(has("Build the overlay: rules", "build rules", "admin"))
    assert.equal("/overlays/2", find("rules", "eve")[1].href)
    assert.is_nil(has("Install or update the game", "install"))
    assert.equal("/admin/install", has("Install or update the game", "install", "admin").post)
    assert.is_nil(has("Users", "users"))
    assert.is_table(has("Users", "users", "admin"))
    assert.equal("Server of bob", find("coop", "admin")[1].kind)
  end)

  it("shows the pages before anything is typed, and no more than twenty of anything", function()
    assert.equal("/", find("")[1].href)
    for i = 1, 40 do assert(services.servers:create(bob, { name = "many " .. i, blueprint_id = 1 })) end
    assert.equal(20, #find "many")
    assert.equal(20, #find "start many")
    assert.equal(20, #find "start")
  end)

  it("looks for what is typed, whatever it is", function()
    for _, typed in ipairs { "%", "_", "\\", "'", "\27[2J", ("x"):rep(3000), ("ä"):rep(100), "a b c d e f g h i",
      "${x}", ".", "[", "%d+", "start %" } do
      assert.is_table(find(typed))
    end
    assert.equal("Süd", find("süd")[1].title)
    assert.equal(400, site:get("bob", "/palette?q=%C3%28").status)
  end)

  it("offers each action of a page that needs nothing but its object", function()
    local offered = {}
    for _, name in ipairs(palette.offered()) do offered[name] = true end
    for _, name in ipairs { "server.start", "server.stop", "server.delete", "overlay.build", "overlay.wipe",
      "blueprint.delete", "blueprint.duplicate", "installation.install" } do
      assert.is_true(offered[name], name)
    end
    for _, name in ipairs { "server.create", "server.update", "user.delete", "job.cancel", "user.passwd" } do
      assert.is_nil(offered[name], name)
    end
  end)

  it("is a page of links and forms without JavaScript; names are text", function()
    assert(services.servers:update(bob, 1, { name = [[<img src=x onerror=alert(1)>"]] }))
    local body = site:get("bob", "/palette?q=start+img").body
    assert.is_truthy(body:find("Start the server: &lt;img src=x onerror=alert(1)&gt;&quot;", 1, true))
    assert.is_nil(body:find("<img src=x", 1, true))
    assert.is_truthy(body:find('<form method="post" action="/servers/1/start">', 1, true))
    assert.is_truthy(site:get("bob", "/palette?q=zzz").body:find("Nothing found.", 1, true))
    local hostile = site:get("bob", "/palette?q=" .. encoded [["><script>]]).body
    assert.is_truthy(hostile:find('value="&quot;&gt;&lt;script&gt;"', 1, true))
  end)

  it("answers with data only what is data: names as pages show them", function()
    assert(services.servers:update(bob, 1, { name = "</script>\u{202e}x" }))
    local answer = site:get("bob", "/palette?q=script", { accept = "application/json" })
    assert.matches("^application/json", answer.headers["content-type"])
    local decoded = assert(json.decode(answer.body, { max_bytes = 1 << 20 }))
    assert.equal("</script>\u{FFFD}x", decoded.results[1].title)
  end)

  it("asks before a loss as every form does", function()
    local answer = site:post("bob", find("delete versus")[1].post)
    assert.equal(200, answer.status)
    assert.is_truthy(answer.body:find("Delete “versus coop”?", 1, true))
    assert.is_table(services.servers:get(bob, 2))
  end)
end)
