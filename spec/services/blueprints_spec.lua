-- Specs of services.blueprints: private recipes, ordered overlays, the preview.
local support = require "spec.support.app"

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
    assert.same({}, found.servers)
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
      "exec server_overlay_" .. common, "exec server_overlay_" .. bobs, "sv_tags x",
      "hostname \"(the server's hostname)\"", 'rcon_password "(generated for each server)"', "",
    }, "\n"), blueprints:preview(bob, id))
  end)

  it("belongs to a user", function()
    assert.equal(422, select(2, blueprints:create({ admin = true, door = "console" }, { name = "x" })).status)
  end)
end)
