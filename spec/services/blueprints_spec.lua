-- Specs of services.blueprints: private recipes, ordered overlays, the preview.
local spec = require "domain.spec"
local support = require "spec.support.app"
local yaml = require "host.yaml"

describe("services.blueprints", function()
  local app, blueprints, admin, bob, eve, common, bobs, eves
  before_each(function()
    app = support.new()
    blueprints, admin, bob, eve = app.services.blueprints, app.users.admin, app.users.bob, app.users.eve
    common = app.services.overlays:create(admin, { name = "common", system_wide = true }).id
    bobs = app.services.overlays:create(bob, { name = "bobs" }).id
    eves = app.services.overlays:create(eve, { name = "eves" }).id
  end)

  it("keeps order, flags, arguments and config lines as given", function()
    local config = { "", "sv_tags x", "// note", "" }
    local made = assert(blueprints:create(bob, {
      name = "night", overlays = { { id = bobs, expose_server_cfg = true }, { id = common } },
      arguments = { "+map c1m1_hotel" }, config = config,
    }))
    local found = blueprints:get(bob, made.id)
    assert.same({ { id = bobs, expose_server_cfg = true, name = "bobs" },
      { id = common, expose_server_cfg = false, name = "common" } }, found.overlays)
    assert.same(config, found.config)
    assert.same({ "+map c1m1_hotel" }, found.arguments)
    assert.same({ total = 0 }, found.servers)
  end)

  it("takes only overlays its owner can use, also from an admin", function()
    for _, case in ipairs { { eves, false }, { 999, false }, { bobs, true }, { common, true } } do
      local made, err = blueprints:create(bob, { name = "b" .. case[1], overlays = { { id = case[1] } } })
      assert.equal(case[2], made ~= nil)
      if err then assert.same({ overlays = "entry 1 is no overlay you can use" }, err.fields) end
    end
    local made = blueprints:create(bob, { name = "x" })
    assert.equal(422, select(2, blueprints:update(admin, made.id, { overlays = { { id = eves } } })).status)
    assert.is_table((blueprints:update(admin, made.id, { overlays = { { id = bobs } } })))
  end)

  it("changes what is given and leaves the rest", function()
    local made = blueprints:create(bob, { name = "a", overlays = { { id = bobs } }, config = { "x" } })
    local changed = blueprints:update(bob, made.id, { arguments = { "-y" } })
    assert.same({ "a", { "-y" }, { "x" }, 1 },
      { changed.name, changed.arguments, changed.config, #changed.overlays })
    changed = blueprints:update(bob, made.id, { name = "b", overlays = {}, config = {} })
    assert.same({ "b", { "-y" }, {}, {} }, { changed.name, changed.arguments, changed.config, changed.overlays })
  end)

  it("changes nothing when the change is refused", function()
    blueprints:create(bob, { name = "taken" })
    local made = blueprints:create(bob, { name = "a", overlays = { { id = bobs } } })
    assert.equal(409, select(2, blueprints:update(bob, made.id, { name = "taken", overlays = {} })).status)
    assert.equal(1, #blueprints:get(bob, made.id).overlays)
    assert.equal(409, select(2, blueprints:create(bob, { name = "a" })).status)
    assert.is_table((blueprints:create(eve, { name = "a" })))
  end)

  it("is changed only while what is stored was seen, unless that is what is stored already", function()
    local version = require "domain.version"
    local rules = require "domain.blueprint"
    local id = blueprints:create(bob, { name = "a", overlays = { { id = bobs } } }).id
    local function seen() return { [version.of(app.ports.crypto, rules.content(blueprints:get(bob, id)))] = true } end
    local before = seen()
    local function save(config, accepted)
      local changed, err = blueprints:update(bob, id, { config = { config } }, accepted)
      return changed and changed.config[1] or err.code
    end
    assert.equal("ours", save("ours", before))
    assert.equal("ours", save("ours", before))
    assert.equal("blueprint.changed", save("ours again", before))
    assert.same({ "ours" }, blueprints:get(bob, id).config)
    assert.equal("ours again", save("ours again", seen()))
    assert.equal("any", save("any", nil))
    assert.equal(404, select(2, blueprints:update(eve, id, { config = {} }, before)).status)
  end)

  it("is its owner's alone, and an admin's", function()
    local id = blueprints:create(bob, { name = "a" }).id
    for _, method in ipairs { "get", "update", "preview", "delete" } do
      assert.equal(404, select(2, blueprints[method](blueprints, eve, id, {})).status)
      assert.equal(404, select(2, blueprints[method](blueprints, bob, 999, {})).status)
    end
    assert.same({ 1, 0, 1 }, { #blueprints:list(bob), #blueprints:list(eve), #blueprints:list(admin) })
    assert.is_truthy((blueprints:preview(admin, id)))
    assert.equal("a", blueprints:delete(admin, id).name)
  end)

  it("is not deleted while a server follows it, and says which", function()
    local id = blueprints:create(bob, { name = "a" }).id
    app.services.servers:create(bob, { name = "one", blueprint_id = id })
    app.services.servers:create(bob, { name = "two", blueprint_id = id })
    local _, err = blueprints:delete(bob, id)
    assert.same({ 409, "This blueprint is followed by one and two. Delete or change that first." },
      { err.status, err.text })
    assert.equal(2, #blueprints:get(bob, id).servers)
  end)

  it("previews the server.cfg, lowest precedence first and the password last", function()
    local id = blueprints:create(bob, { name = "a", config = { "sv_tags x" },
      overlays = { { id = bobs, expose_server_cfg = true }, { id = common, expose_server_cfg = true } } }).id
    assert.equal(table.concat({
      "exec server_overlay_" .. common, "exec server_overlay_" .. bobs, "sv_tags x", 'hostname "…"',
      'rcon_password "••••••••"', "",
    }, "\n"), blueprints:preview(bob, id))
  end)

  it("previews what the host will write for a server, but for the password", function()
    local id = blueprints:create(bob, { name = "a", config = { 'sv_tags "x"', "a\tb" },
      overlays = { { id = common, expose_server_cfg = true } } }).id
    for i, server in ipairs {
      { name = "first", hostname = 'Späti; "quit"' }, { name = "second", hostname = "" },
    } do
      server.blueprint_id = id
      local made = assert(app.services.servers:create(bob, server))
      local parsed = assert(spec.parse(assert(app.services.servers:spec(nil, made.id)), yaml.events))
      local written = table.concat(parsed.config, "\n") .. "\n"
      assert.is_truthy(written:find(made.rcon_password, 1, true))
      assert.equal((written:gsub('(rcon_password )"[%w_-]+"', '%1"••••••••"')),
        blueprints:preview(bob, id, { server_id = made.id }), i)
    end
    assert.matches("Späti", blueprints:preview(bob, id))
  end)

  it("previews a draft as it would be saved, and saves nothing of it", function()
    local id = blueprints:create(bob, { name = "a", config = { "kept" } }).id
    local text = blueprints:preview(bob, id, { config = { "typed" }, arguments = { "-x" },
      overlays = { { id = bobs, expose_server_cfg = true } } })
    assert.matches("^exec server_overlay_" .. bobs .. "\ntyped\nhostname", text)
    assert.same({ overlays = "entry 1 is no overlay you can use" },
      select(2, blueprints:preview(bob, id, { overlays = { { id = eves } } })).fields)
    blueprints:create(bob, { name = "taken" })
    local before = { app.ports.db:stamp() }
    assert.same({ name = "is taken" }, select(2, blueprints:preview(bob, id, { name = "taken" })).fields)
    assert.is_truthy((blueprints:preview(bob, id, { name = "a" })))
    assert.same(before, { app.ports.db:stamp() })
    assert.same({ "kept" }, blueprints:get(bob, id).config)
  end)

  it("is copied for its owner with all it has but its servers, under a name of its own", function()
    local id = blueprints:create(bob, { name = "Night", config = { "x" }, arguments = { "-y" },
      overlays = { { id = bobs, expose_server_cfg = true }, { id = common } } }).id
    app.services.servers:create(bob, { name = "one", blueprint_id = id })
    local copy = assert(blueprints:duplicate(admin, id))
    assert.same({ "Night (copy)", bob.id, { "x" }, { "-y" }, { total = 0 } },
      { copy.name, copy.user_id, copy.config, copy.arguments, copy.servers })
    assert.same(blueprints:get(bob, id).overlays, copy.overlays)
    assert.equal("api blueprint.duplicate blueprint:2 of blueprint:1", support.audited(app))
    assert.equal("Night (copy 2)", blueprints:duplicate(bob, id).name)
    assert.equal("Night (copy 3)", blueprints:duplicate(bob, copy.id).name)
    assert.equal("Night (Kopie)", blueprints:duplicate(bob, copy.id, "Kopie").name)
    assert.equal("Night (Kopie 2)", blueprints:duplicate(bob, id, "Kopie").name)
  end)

  it("knows which running servers were started with other settings, and tells no secret of them", function()
    local id = blueprints:create(bob, { name = "a", config = { "x" } }).id
    local server = app.services.servers:create(bob, { name = "one", blueprint_id = id }).id
    local function outdated()
      local shown = blueprints:get(bob, id).servers[1]
      assert.is_nil(shown.rcon_password or shown.spec_digest)
      return shown.outdated
    end
    assert(app.services.servers:spec(nil, server))
    assert.is_false(outdated())
    app.ports.store.servers:set_actual(server, { state = "running", at = 1 })
    blueprints:update(bob, id, { name = "renamed", config = { "x" } })
    assert.is_false(outdated())
    blueprints:update(bob, id, { overlays = { { id = bobs } } })
    assert.is_true(outdated())
    app.ports.store.servers:set_actual(server, { state = "stopped", at = 1 })
    assert.is_false(outdated())
  end)

  it("is listed with the first of its servers and how many there are", function()
    local id = blueprints:create(bob, { name = "a" }).id
    blueprints:create(bob, { name = "unused" })
    for _, name in ipairs { "one", "two", "three" } do
      app.services.servers:create(bob, { name = name, blueprint_id = id })
    end
    local more = app.services.servers:create(bob, { name = "four", blueprint_id = id, port = 27100 }).id
    app.services.servers:enqueue(bob, more, "start")
    local list = blueprints:with_servers(blueprints:list(bob))
    assert.same({ 3, 4, "one", 0, 0 },
      { #list[1].servers, list[1].servers.total, list[1].servers[1].name, #list[2].servers, list[2].servers.total })
    assert.equal("start", blueprints:get(bob, id).servers[4].job.operation)
  end)

  it("belongs to a user", function()
    assert.equal(422, select(2, blueprints:create({ admin = true, door = "console" }, { name = "x" })).status)
  end)
end)
