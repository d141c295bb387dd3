-- Hostile words in every field a person or a game can fill: inert in every page, in JSON and in headers.
local json = require "host.json"
local text_of = require "base.text"
local web = require "spec.support.web"

-- Each is a cousin of something that once ran in a panel; %d keeps them apart.
local HOSTILE = {
  [[<script>alert(%d)</script>]], [["><img src=x onerror=alert(%d)>]], [['onmouseover='alert(%d)]],
  [[</textarea></title><svg onload=alert(%d)>]], [[${alert(%d)} {{ csrf }} {%% end %%} #{x} `%d`]],
  "\u{202e}evil %d \u{2066}x", [[javascript:alert(%d)//]], "🧟 é \u{feff}%d", ("long words %d "):rep(7),
  [[&lt;b&gt;%d &amp; &#39;]], "--><!-- %d -->",
  "]]>%d<![CDATA[", [[\u003cscript\u003e%d \x3c]], "%%0d%%0aSet-Cookie: a=%d",
}

local function hostile(template, number)
  return (template:gsub("%%d", tostring(number)):gsub("%%%%", "%%"))
end

-- Where the rules have no double quotes.
local function unquoted(text) return (text:gsub('"', "”")) end

local function scene(template)
  local site = web.new()
  local services, store, bob = site.app.services, site.app.ports.store, site.app.users.bob
  local said = {}
  local function say(number) said[number] = hostile(template, number); return said[number] end
  local overlay = assert(services.overlays:create(bob, { name = say(1), script = say(2) .. "\n" .. say(3) }))
  said[5] = say(5):gsub("[\"'\\`$]", "´")
  said[6], said[7] = unquoted(say(6)), unquoted(say(7))
  local blueprint = assert(services.blueprints:create(bob, { name = say(4), overlays = { { id = overlay.id } },
    arguments = { said[5] }, config = { said[6] } }))
  local server = assert(services.servers:create(bob,
    { name = say(8), blueprint_id = blueprint.id, hostname = said[7] }))
  assert(services.tokens:create(bob, { name = say(9) }))
  assert(services.servers:enqueue(bob, server.id, "start"))
  local idle = assert(services.servers:create(bob, { name = say(12), blueprint_id = blueprint.id }))
  assert(store.servers:set_actual(idle.id, { state = "unknown", error = say(10), at = 1 }))
  site.app.ports.db:run("UPDATE jobs SET waiting_for = ?", say(11))
  return site, said
end

local PAGES = {
  "/", "/servers", "/servers/new", "/servers/1", "/servers/2", "/blueprints",
  "/blueprints/1", "/overlays", "/overlays/1", "/jobs",
  "/jobs/1", "/jobs/2", "/profile",
}

local ELEMENTS = {}
for name in ([[a bdi body button code dd details dialog div dl dt fieldset form h1 h2 h3 head header html img
  input label legend li link main meta nav noscript ol option p pre progress script section select span strong
  summary table tbody td template textarea th thead time title tr ul]]):gmatch "%S+" do ELEMENTS[name] = true end

-- The start tags of a page as a browser reads them: names, attribute names, quoted values.
local function tags(body)
  local out, position = {}, 1
  while true do
    local from, to, name = body:find("<(%a[%w]*)", position)
    if not from then return out end
    local attributes = {}
    position = to + 1
    while not body:find("^%s*>", position) do
      local _, stop, key, value = body:find('^%s+([%w-]+)="([^"]*)"', position)
      if not stop then _, stop, key, value = body:find("^%s+([%w-]+)='([^']*)'", position) end
      if not stop then _, stop, key = body:find("^%s+([%w-]+)", position) end
      assert(stop, "not a tag of ours: " .. body:sub(from, from + 200))
      attributes[key] = value or ""
      position = stop + 1
    end
    out[#out + 1] = { name = name:lower(), attributes = attributes }
  end
end

local function check_page(body, where)
  assert.is_truthy(utf8.len(body), where)
  for _, tag in ipairs(tags(body)) do
    assert.is_true(ELEMENTS[tag.name], where .. ": <" .. tag.name .. ">")
    for name, value in pairs(tag.attributes) do
      assert.is_nil(name:find "^on", where .. ": " .. name)
      assert.not_equal("style", name)
      if name == "href" or name == "src" or name == "action" or name == "data-log" then
        local of_steam = tag.name == "a" and value:find "^steam://connect/[%w.-]+:%d+$"
        assert.is_true(of_steam ~= nil or value:find "^[/#]" ~= nil, where .. ": " .. value)
      end
    end
    if tag.name == "script" then assert.matches("^/static/", tag.attributes.src, nil, where) end
  end
  for text in body:gmatch "<script[^>]*>(.-)</script>" do assert.equal("", text) end
end

local function unescaped(text)
  return (text:gsub("&lt;", "<"):gsub("&gt;", ">"):gsub("&quot;", '"'):gsub("&#39;", "'"):gsub("&amp;", "&"))
end

describe("Hostile words", function()
  for _, template in ipairs(HOSTILE) do
    it("are inert in every page: " .. template:gsub("%%", "%%%%"):sub(1, 40), function()
      local site, said = scene(template)
      local seen = {}
      for _, path in ipairs(PAGES) do
        local answer = site:get("bob", path)
        assert.equal(200, answer.status, path)
        check_page(answer.body, path)
        local plain = unescaped(answer.body)
        for number, text in pairs(said) do
          if plain:find(text, 1, true) or plain:find(text_of.visible(text), 1, true) then seen[number] = true end
        end
      end
      for number, text in pairs(said) do assert.is_true(seen[number], number .. ": " .. text) end
    end)
  end

  it("are inert in confirmations, refusals and error pages", function()
    for _, template in ipairs(HOSTILE) do
      local site = scene(template)
      for _, answer in ipairs {
        site:post("bob", "/servers/1/delete"), site:post("bob", "/servers/1/reset"),
        site:post("bob", "/overlays/1/wipe"),
        site:post("bob", "/blueprints/1/delete"), site:post("bob", "/blueprints/1/delete", { confirmed = "yes" }),
        site:post("bob", "/overlays/1/delete", { confirmed = "yes" }),
        site:post("bob", "/servers",
          { name = hostile(template, 20), blueprint_id = "x", [hostile(template, 21)] = "1" }),
        site:post("bob", "/overlays", { name = hostile(template, 22):rep(50), script = hostile(template, 23) }),
        site:post(nil, "/login", { username = hostile(template, 24) }),
        site:get(nil, "/login?next=" .. web.form { { "", hostile(template, 25) } }:sub(2)),
        site:get("bob", "/jobs?state=" .. web.form { { "", hostile(template, 26) } }:sub(2)),
        site:get("bob", "/servers?notice=" .. web.form { { "", hostile(template, 27) } }:sub(2)),
        site:get("bob", "/" .. web.form { { "", hostile(template, 28) } }:sub(2)),
      } do
        check_page(answer.body, template .. " " .. answer.status)
      end
    end
  end)

  it("come back from the API as they went in", function()
    for _, template in ipairs(HOSTILE) do
      local site, said = scene(template)
      local function one(path) return site:api("bob", "GET", path).json end
      local overlay, blueprint, server = one "/overlays/1", one "/blueprints/1", one "/servers/1"
      assert.same({ said[1], said[2] .. "\n" .. said[3], said[4], { said[5] }, { said[6] }, said[7], said[8] },
        { overlay.name, overlay.script, blueprint.name, { blueprint.arguments[1] }, { blueprint.config[1] },
          server.hostname, server.name })
      assert.equal(said[11], site:api("bob", "GET", "/jobs/2").json.waiting_for)
      local refused = site:api("bob", "POST", "/servers", { [hostile(template, 30)] = hostile(template, 31) })
      assert.equal(422, refused.status)
      assert.equal("application/json", refused.headers["content-type"])
    end
  end)

  it("never reach a header", function()
    for _, template in ipairs(HOSTILE) do
      local site = scene(template)
      local notice = "/servers?notice=" .. web.form { { "", template } }:sub(2)
      for _, path in ipairs { "/servers/1", "/overlays/1", notice } do
        for name, value in pairs(site:get("bob", path).headers) do
          assert.is_nil(value:find("[\r\n]") or value:find("alert", 1, true), name)
        end
      end
      local answer = site:get(nil, "/servers?x=" .. web.form { { "", hostile(template, 1) } }:sub(2))
      assert.matches("^/login[%w/?=%%._~-]*$", answer.headers.location)
    end
  end)

  it("stand in an element of their own: a name in Hebrew turns nothing around it", function()
    local site, said = scene "אב-%d-"
    for _, path in ipairs(PAGES) do
      local body = site:get("bob", path).body
      for number, text in pairs(said) do
        local position = 1
        while true do
          local from, to = body:find(text, position, true)
          if not from then break end
          local quoted = body:sub(1, from - 1):match '"[^"<>]*$' and body:match('^[^"<>]*"', to + 1)
          local title = body:sub(1, from - 1):match "<title>[%w ]*$"
          local alone = body:match("^%s*[<\n]", to + 1) -- words before it are not turned
            or body:match("^&quot;\n", to + 1) -- the quote that closes a hostname, on the same line of server.cfg
          local spoken = number == 10 or number == 11 -- words of our own about a server: a paragraph of its own
          assert.is_truthy(quoted or title or alone or spoken, path .. ": " .. body:sub(from - 30, to + 20))
          position = to + 1
        end
      end
    end
  end)
end)

describe("A character that is not seen", function()
  it("turns nothing after a name: it is shown as another, and stays in what a form sends back", function()
    local site = scene "gpj.\u{202e}%d\u{2069}exe"
    site.app.ports.store.servers:set_actual(1, { state = "running", at = 1700000000000 })
    site.app.ports.store.live:note { { id = 1, at = 1700000000000, players = 1, bots = 0, max = 8, map = "\u{202e}map",
      names = { { name = "\u{2066}Zoey\u{202e}", score = 1, joined_at = 1 } } } }
    local pages = table.move(PAGES, 1, #PAGES, 4, { "/palette?q=gpj", "/servers/1/files", "/admin/users/2" })
    for _, path in ipairs(pages) do
      local body = site:get(path:find "^/admin" and "admin" or "bob", path).body
      local shown = body:gsub(' value="[^"]*"', ""):gsub("<textarea.-</textarea>", ""):gsub("<pre.-</pre>", "")
      local at = text_of.invisible(shown)
      assert.is_nil(at, at and path .. ": " .. shown:sub(at - 60, at + 20))
    end
    for path, name in pairs { ["/servers/1"] = "gpj.\u{202e}8\u{2069}exe", ["/overlays/1"] = "gpj.\u{202e}1\u{2069}exe",
      ["/blueprints/1"] = "gpj.\u{202e}4\u{2069}exe" } do
      assert.is_true(site:shows("bob", path, 'name="name" value="' .. name .. '"'))
      assert.is_true(site:shows("bob", path, text_of.visible(name)))
    end
    assert.is_true(site:shows("bob", "/servers/1", "<bdi>\u{FFFD}Zoey\u{FFFD}</bdi>"))
    for _, ask in ipairs { "/servers/1/delete", "/blueprints/1/delete" } do
      assert.is_nil(text_of.invisible(site:post("bob", ask).body))
    end
  end)

  it("is refused in every name, by page and API, and taken where it is no name", function()
    local site = scene "%d"
    local name = "gpj.\u{202e}exe"
    for path, form in pairs {
      ["/servers"] = { name = name, blueprint_id = "1" }, ["/servers/1"] = { hostname = name, blueprint_id = "1" },
      ["/servers/1/rename"] = { name = name, confirmed = "yes" }, ["/blueprints"] = { name = name },
      ["/blueprints/1"] = { name = name }, ["/overlays"] = { name = name }, ["/overlays/1"] = { name = name },
      ["/profile/tokens"] = { name = name },
    } do
      local answer = site:post("bob", path, form)
      assert.equal(422, answer.status, path)
      assert.is_truthy(answer.body:find(" has a character that cannot be seen (byte 5, U+202E).", 1, true), path)
    end
    local api = site:api("bob", "PATCH", "/overlays/1", { name = name })
    assert.same({ name = "has a character that cannot be seen (byte 5, U+202E)" }, api.json.error.fields)
    assert.equal(200, site:api("bob", "PATCH", "/blueprints/1", { config = { "// " .. name } }).status)
    assert.equal(202, site:api("bob", "POST", "/overlays/1/script", { script = "# " .. name }).status)
  end)
end)

describe("Hostile user names", function()
  it("are not possible, and would be inert", function()
    local site = web.new()
    site:session "bob"
    for _, template in ipairs(HOSTILE) do
      assert.equal(422, site:post("admin", "/admin/users",
        { username = hostile(template, 1), password = "long enough" }).status, template)
    end
    site.app.ports.db:run("UPDATE users SET username = ? WHERE id = 2", "<script>x</script>")
    for _, path in ipairs { "/", "/profile", "/overlays" } do check_page(site:get("bob", path).body, path) end
    for _, path in ipairs { "/admin/users", "/servers" } do check_page(site:get("admin", path).body, path) end
  end)
end)

describe("Hostile words in the log of the service", function()
  it("stay on their line", function()
    local site = web.new()
    site:session "bob"
    site.app.services.servers.list = function() error("a\n2026-01-01 fake line\27[2J", 0) end
    site:get("bob", "/servers")
    site:post(nil, "/login", { username = "a\nfake", csrf = "x" })
    for _, line in ipairs(site.app.log) do
      assert.is_nil(line:find "[\n\27]", line)
    end
    assert.is_true(#site.app.log > 0)
  end)
end)

describe("JSON", function()
  it("is nothing a browser takes for a page", function()
    local site = scene(HOSTILE[1])
    for _, path in ipairs { "/overlays", "/servers/1", "/openapi.json", "/nothing" } do
      local answer = site:api("bob", "GET", path)
      assert.equal("application/json", answer.headers["content-type"])
      assert.equal("nosniff", answer.headers["x-content-type-options"])
      assert.is_truthy(json.decode(answer.body))
    end
  end)
end)
