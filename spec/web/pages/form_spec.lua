-- Specs of every form: what is missing, unknown or too long is said beside its field, and what was typed is kept.
local actions = require "actions"
local routes = require "web.routes"
local web = require "spec.support.web"

local TYPED = [[typed "<b>&'é]]
local ESCAPED = "typed &quot;&lt;b&gt;&amp;&#39;é"

-- Each form: who fills it in, where, with what; the page's own words for its fields; whether the answer is a page; what
-- may be left empty.
local FORMS = {
  { path = "/overlays", action = "overlay.create", valid = { name = "new", script = "true" },
    labels = { name = "Name", script = "Script" }, long = { name = ("x"):rep(101), script = ("x"):rep(262145) } },
  { path = "/overlays/1", action = "overlay.update", valid = { name = "new" }, labels = { name = "Name" },
    long = { name = ("x"):rep(101) } },
  { path = "/overlays/1/script", action = "overlay.save_script", valid = { script = "true" },
    labels = { script = "Script" }, long = { script = ("x"):rep(262145) } },
  { path = "/blueprints", action = "blueprint.create", valid = { name = "new" }, labels = { name = "Name" },
    long = { name = ("x"):rep(101) } },
  { path = "/blueprints/1", action = "blueprint.update", valid = { name = "new", arguments = "+map x", config = "a 1" },
    labels = { name = "Name", arguments = "Arguments", config = "Config" },
    long = { name = ("x"):rep(101), arguments = ("x"):rep(201), config = ("x"):rep(1001) } },
  { path = "/blueprints/1/preview", action = "blueprint.draft", shows = true,
    valid = { name = "new", arguments = "+map x", config = "a 1" },
    labels = { name = "Name", arguments = "Arguments", config = "Config" },
    long = { name = ("x"):rep(101), arguments = ("x"):rep(201), config = ("x"):rep(1001) } },
  { path = "/servers", action = "server.create", valid = { name = "new", blueprint_id = "1", port = "", hostname = "" },
    labels = { name = "Name", hostname = "Hostname", port = "Port", blueprint_id = "Blueprint" },
    long = { name = ("x"):rep(101), hostname = ("x"):rep(121), port = "65536" } },
  { path = "/servers/1", action = "server.update", valid = { name = "new", port = "27020", hostname = "h" },
    labels = { name = "Name", hostname = "Hostname", port = "Port", blueprint_id = "Blueprint" },
    long = { name = ("x"):rep(101), hostname = ("x"):rep(121), port = "65536" } },
  { path = "/servers/1/rename", action = "server.rename", valid = { name = "new", confirmed = "yes" },
    labels = { name = "Name" }, long = { name = ("x"):rep(101) } },
  { path = "/profile/tokens", action = "token.create", shows = true, valid = { name = "new" },
    labels = { name = "Purpose" }, long = { name = ("x"):rep(101) } },
  { path = "/profile/password", action = "user.passwd", labels = { password = "New password" },
    valid = { current = "bob's password", password = "long enough" }, long = { password = ("x"):rep(201) } },
  { path = "/admin/users", action = "user.create", as = "admin",
    labels = { username = "User name", password = "Password" }, optional = { password = true },
    valid = { username = "new", password = "long enough" },
    long = { username = ("x"):rep(33), password = ("x"):rep(201) } },
}

-- Forms that are a button: nothing is typed into them.
local BUTTONS = {
  ["overlay.build"] = true, ["overlay.wipe"] = true, ["overlay.rebuild"] = true,
  ["overlay.delete"] = true, ["blueprint.delete"] = true,
  ["blueprint.duplicate"] = true,
  ["server.start"] = true, ["server.stop"] = true, ["server.restart"] = true,
  ["server.rotate_rcon_password"] = true, ["server.reset"] = true, ["server.initialize"] = true,
  ["server.delete"] = true, ["job.cancel"] = true, ["token.revoke"] = true, ["user.update"] = true,
  ["user.activate"] = true, ["user.deactivate"] = true, ["installation.install"] = true, ["session.finish"] = true,
  ["session.end_others"] = true, ["user.set_language"] = true, ["user.reset_password"] = true, ["user.delete"] = true,
  ["health.check"] = true,
}

local function scene()
  local site = web.new()
  local services, bob = site.app.services, site.app.users.bob
  local overlay = assert(services.overlays:create(bob, { name = "overlay" }))
  local blueprint = assert(services.blueprints:create(bob, { name = "blueprint", overlays = { { id = overlay.id } } }))
  assert(services.servers:create(bob, { name = "server", blueprint_id = blueprint.id }))
  return site
end

local function post(form, changes)
  local fields = {}
  for name, value in pairs(form.valid) do fields[name] = value end
  for name, value in pairs(changes or {}) do fields[name] = value or nil end
  local site = scene()
  return site:post(form.as or "bob", form.path, fields), site
end

-- The text beside a field; its input must point at it.
local function beside(answer, name)
  local said = answer.body:match(('<span class="wrong" id="wrong%%-%s">(.-)</span>'):format(name))
  local pointed = answer.body:find(('name="%s"[^>]*aria%%-invalid="true" aria%%-describedby="wrong%%-%s"')
    :format(name, name))
  return said, pointed
end

local function find(text, part) return text:find(part, 1, true) end

describe("The forms", function()
  it("are all in the tables of this file", function()
    local known = {}
    for _, form in ipairs(FORMS) do known[form.action] = true end
    for _, route in ipairs(routes.list) do
      if route.method == "POST" and not route.api and route.action then
        assert.is_true(known[route.action] or BUTTONS[route.action], route.path)
      end
    end
  end)

  for _, form in ipairs(FORMS) do
    describe(form.path, function()
      it("takes what is right", function()
        local status = post(form).status
        assert.equal(form.shows and 200 or 303, status)
      end)

      it("says beside each field that its value is too long or too large", function()
        for name, value in pairs(form.long) do
          local answer = post(form, { [name] = value })
          assert.equal(422, answer.status, name)
          local said, pointed = beside(answer, name)
          assert.is_truthy(said and pointed, name)
          assert.equal(form.labels[name], said:sub(1, #form.labels[name]))
        end
      end)

      it("says beside each field that it is missing or empty", function()
        for _, field in ipairs(actions.get(form.action).args) do
          if field.required and field.name ~= "id" and form.labels[field.name] then
            local answer = post(form, { [field.name] = false })
            assert.equal(422, answer.status, field.name)
            assert.equal(form.labels[field.name] .. " is missing.", (beside(answer, field.name)))
          end
          if field.min and field.type == "string" and not (form.optional or {})[field.name] then
            local answer = post(form, { [field.name] = "" })
            assert.equal(422, answer.status, field.name)
            assert.is_truthy(beside(answer, field.name), field.name)
          end
        end
      end)

      it("names a field it does not know", function()
        local answer = post(form, { ["colour<"] = "red" })
        assert.equal(422, answer.status)
        assert.is_truthy(find(answer.body, "<li>colour&lt; is not known here.</li>"))
      end)

      it("refuses control characters and what is no UTF-8", function()
        for name in pairs(form.labels) do
          assert.is_truthy(beside(post(form, { [name] = "a\27[2Jb" }), name), name)
          assert.equal(400, post(form, { [name] = "a\xff" }).status, name)
        end
      end)

      it("keeps what was typed in the other fields, but no password", function()
        local bad = next(form.long)
        for name in pairs(form.labels) do
          if name ~= bad and name ~= "port" and name ~= "blueprint_id" then
            local answer = post(form, { [bad] = form.long[bad], [name] = TYPED })
            local secret = name == "password" or name == "current"
            assert.equal(not secret, find(answer.body, ESCAPED) ~= nil, name)
          end
        end
      end)

      it("changes nothing when it refuses", function()
        local _, site = post(form, { [next(form.long)] = form.long[next(form.long)] })
        local services, bob = site.app.services, site.app.users.bob
        assert.equal("overlay", services.overlays:get(bob, 1).name)
        assert.equal("blueprint", services.blueprints:get(bob, 1).name)
        assert.equal("server", services.servers:get(bob, 1).name)
        assert.same({ 1, 1, 1, 0 }, { #services.overlays:list(bob), #services.blueprints:list(bob),
          #services.servers:list(bob), #services.tokens:list(bob) })
      end)
    end)
  end
end)

describe("A form that is refused for another reason", function()
  it("says so beside the field and keeps the rest: a taken name, a taken port", function()
    local site = scene()
    local answer = site:post("bob", "/servers", { name = "server", blueprint_id = "1", hostname = "kept" })
    assert.equal(409, answer.status)
    assert.equal("Name is taken.", (beside(answer, "name")))
    assert.is_truthy(find(answer.body, 'value="kept"'))
    assert.is_truthy(find(answer.body, "You have a server of this name already."))
    answer = site:post("bob", "/servers", { name = "other", blueprint_id = "1", port = "27015" })
    assert.equal("Port is taken.", (beside(answer, "port")))
    assert.is_truthy(find(answer.body, 'value="27015"'))
  end)

  it("keeps which blueprint was chosen", function()
    local site = scene()
    local second = assert(site.app.services.blueprints:create(site.app.users.bob, { name = "second" }))
    for _, path in ipairs { "/servers", "/servers/1" } do
      local answer = site:post("bob", path, { name = "", blueprint_id = second.id })
      assert.is_truthy(find(answer.body, '<option value="2" selected>second</option>'), path)
    end
  end)

  it("opens the part of the page it is in", function()
    local site = scene()
    local refused = site:post("bob", "/servers/1", { port = "x" })
    assert.is_truthy(find(refused.body, '<details class="card" id="settings" open>'))
    assert.is_truthy(find(site:post("bob", "/overlays/1", { name = "" }).body, '<details class="card" open>'))
    assert.is_nil(find(site:get("bob", "/servers/1").body, '<details class="card" id="settings" open>'))
  end)

  it("says that the current password is wrong beside it", function()
    local answer = scene():post("bob", "/profile/password", { current = "no", password = "long enough" })
    assert.equal(422, answer.status)
    assert.equal("Current password is wrong.", (beside(answer, "current")))
  end)
end)

describe("A blueprint's form", function()
  local site, bob
  before_each(function()
    site = scene()
    bob = site.app.users.bob
    for i = 2, 4 do assert(site.app.services.overlays:create(bob, { name = "overlay " .. i })) end
  end)

  local function order()
    local out = {}
    for i, overlay in ipairs(site.app.services.blueprints:get(bob, 1).overlays) do
      out[i] = overlay.id .. (overlay.expose_server_cfg and "!" or "")
    end
    return table.concat(out, " ")
  end

  local function save(fields)
    local list = { { "csrf", site:session("bob").csrf }, { "name", "blueprint" } }
    for _, field in ipairs(fields) do list[#list + 1] = field end
    return site:request("POST", "/blueprints/1", { body = web.form(list), headers = {
      ["content-type"] = "application/x-www-form-urlencoded", cookie = "left4me_session=" .. site:session("bob").id } })
  end

  it("keeps the order of its rows and which server.cfg is run", function()
    save { { "overlay", 3 }, { "overlay", 1 }, { "expose", 1 }, { "overlay", 2 } }
    assert.equal("3 1! 2", order())
  end)

  it("adds at the end, moves and removes by buttons", function()
    save { { "overlay", 1 }, { "overlay", 2 }, { "add", 4 } }
    assert.equal("1 2 4", order())
    local rows = { { "overlay", 1 }, { "overlay", 2 }, { "overlay", 4 } }
    for move, expected in pairs {
      ["up:4"] = "1 4 2", ["up:1"] = "1 2 4", ["down:1"] = "2 1 4", ["down:4"] = "1 2 4", ["remove:2"] = "1 4",
      ["up:99"] = "1 2 4", ["sideways:1"] = "1 2 4", ["nonsense"] = "1 2 4",
    } do
      save { rows[1], rows[2], rows[3], { "move", move } }
      assert.equal(expected, order(), move)
    end
  end)

  it("keeps order, ticks and texts when it is refused", function()
    local answer = save { { "overlay", 3 }, { "overlay", 2 }, { "expose", 2 }, { "config", 'say "open' },
      { "arguments", "+map typed" } }
    assert.equal(422, answer.status)
    assert.equal("1", order())
    assert.equal("Config entry 1 has a quote that is not closed.", (beside(answer, "config")))
    local names = {}
    for name in answer.body:gmatch '<a href="/overlays/%d+">([^<]+)</a>' do names[#names + 1] = name end
    assert.same({ "overlay 3", "overlay 2" }, names)
    assert.is_truthy(find(answer.body, 'name="expose" value="2" checked'))
    assert.is_nil(find(answer.body, 'name="expose" value="3" checked'))
    assert.is_truthy(find(answer.body, "+map typed") and find(answer.body, "say &quot;open"))
    assert.is_truthy(find(answer.body, '<option value="1">overlay</option>'))
  end)

  it("offers an admin what its owner can use", function()
    assert(site.app.services.overlays:create(site.app.users.eve, { name = "eve's" }))
    local body = site:get("admin", "/blueprints/1").body
    assert.is_nil(find(body, "eve&#39;s"))
    assert.is_truthy(find(body, "overlay 2"))
  end)
end)

describe("Text areas", function()
  it("give back a text that begins with an empty line as it is", function()
    local site = scene()
    local script = "\n\n# after two empty lines\n"
    assert(site.app.services.overlays:save_script(site.app.users.bob, 1, script))
    local shown = site:get("bob", "/overlays/1").body:match "<textarea[^>]*>(.-)</textarea>"
    assert.equal("\n" .. script, shown) -- the first line end after the tag is not part of the text (HTML, 13.1.2.5)
  end)
end)
