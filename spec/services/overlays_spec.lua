-- Specs of services.overlays: who sees and changes what, builds, wiping, deleting.
local support = require "spec.support.app"

describe("services.overlays", function()
  local app, overlays, admin, bob, eve
  before_each(function()
    app = support.new()
    overlays, admin, bob, eve = app.services.overlays, app.users.admin, app.users.bob, app.users.eve
  end)

  local function create(actor, name, more)
    local args = { name = name }
    for key, value in pairs(more or {}) do args[key] = value end
    return overlays:create(actor, args)
  end

  local function jobs()
    return app.ports.db:value("SELECT count(*) FROM jobs")
  end

  -- A server of bob that has the overlay in its blueprint, and mounted when it is running.
  local function server_with(overlay, state)
    local blueprint = assert(app.services.blueprints:create(bob, { name = "b", overlays = { { id = overlay.id } } }))
    local server = assert(app.services.servers:create(bob, { name = "the server", blueprint_id = blueprint.id }))
    assert(app.services.servers:spec(nil, server.id))
    app.ports.store.servers:set_actual(server.id, { state = state, at = 1 })
    return server, blueprint
  end

  it("creates an overlay with its directory, without a build while there is no script", function()
    local overlay = assert(create(bob, "maps"))
    assert.same({ "maps", "script", bob.id, "bob", "", "" }, { overlay.name, overlay.type, overlay.user_id,
      overlay.owner, overlay.script, overlay.last_build_status })
    assert.same({ "mkdirs overlays/" .. overlay.id }, app.calls)
    assert.equal(0, jobs())
    assert.is_true(support.rang(app, "overlays"))
  end)

  it("builds a script that comes with the creation, and wakes the scheduler", function()
    create(bob, "maps", { script = "echo" })
    assert.equal(1, jobs())
    assert.is_true(support.rang(app, "scheduler"))
  end)

  it("leaves nothing when the directory or the job cannot be made", function()
    app.ports.fs.broken = true
    assert.equal(507, select(2, create(bob, "maps")).status)
    app.ports.fs.broken, app.ports.jobs_broken = false, true
    assert.equal(409, select(2, create(bob, "maps", { script = "echo" })).status)
    assert.equal(0, #overlays:list(admin))
    assert.equal(0, jobs())
  end)

  it("takes a name once per user and once system-wide", function()
    assert(create(bob, "maps"))
    assert(create(eve, "maps"))
    assert(create(admin, "maps", { system_wide = true }))
    assert.equal(409, select(2, create(bob, "maps")).status)
    assert.equal(409, select(2, create(admin, "maps", { system_wide = true })).status)
    local other = assert(create(bob, "more"))
    assert.same({ name = "is taken" }, select(2, overlays:update(bob, other.id, { name = "maps" })).fields)
    assert.equal("other", overlays:update(bob, other.id, { name = "other" }).name)
  end)

  it("lets only admins make system-wide ones, and the console nothing but those", function()
    assert.equal(403, select(2, create(bob, "x", { system_wide = true })).status)
    local console = { admin = true, door = "console" }
    assert.equal(422, select(2, create(console, "x")).status)
    assert.is_nil(create(console, "x", { system_wide = true }).user_id)
  end)

  it("never gives an id twice", function()
    local first = assert(create(bob, "a"))
    assert(overlays:delete(bob, first.id))
    assert.is_true(create(bob, "b").id > first.id)
  end)

  it("shows and changes by ownership", function()
    local own = create(bob, "own").id
    local common = create(admin, "common", { system_wide = true }).id
    local rows = {
      { bob, own, nil, nil }, { eve, own, 404, 404 }, { admin, own, nil, nil },
      { bob, common, nil, 403 }, { admin, common, nil, nil }, { bob, 999, 404, 404 }, { admin, 999, 404, 404 },
    }
    for _, row in ipairs(rows) do
      local actor, id, sees, changes = row[1], row[2], row[3], row[4]
      assert.equal(sees, (select(2, overlays:get(actor, id)) or {}).status)
      for _, method in ipairs { "save_script", "build", "wipe" } do
        local _, err = overlays[method](overlays, actor, id, "echo")
        assert.equal(changes, err and err.status)
        app.ports.db:run("UPDATE jobs SET state = 'succeeded'")
      end
      assert.equal(changes, (select(2, overlays:update(actor, id, {})) or {}).status)
    end
    assert.same({ 2, 1, 2 }, { #overlays:list(bob), #overlays:list(eve), #overlays:list(admin) })
  end)

  it("lists the build at work or waiting, to those who may change the overlay", function()
    create(admin, "common", { system_wide = true, script = "echo" })
    create(bob, "maps", { script = "echo" })
    create(bob, "idle")
    local function builds(actor)
      local names = {}
      for _, overlay in ipairs(overlays:list(actor)) do
        if overlay.job then names[#names + 1] = overlay.name .. " " .. overlay.job.state end
      end
      table.sort(names)
      return names
    end
    assert.same({ "maps queued" }, builds(bob))
    assert.same({ "common queued", "maps queued" }, builds(admin))
    app.ports.db:run("UPDATE jobs SET state = 'succeeded'")
    assert.same({}, builds(admin))
  end)

  it("saves a script and builds it", function()
    local overlay = create(bob, "maps")
    local job = assert(overlays:save_script(bob, overlay.id, "echo 'ü'\n"))
    assert.same({ "build_overlay", overlay.id }, { job.operation, job.overlay_id })
    assert.equal("echo 'ü'\n", overlays:get(bob, overlay.id).script)
  end)

  it("keeps the old script when the build cannot be enqueued", function()
    local overlay = create(bob, "maps", { script = "old" })
    app.ports.jobs_broken = true
    assert.is_nil((overlays:save_script(bob, overlay.id, "new")))
    assert.equal("old", overlays:get(bob, overlay.id).script)
  end)

  it("builds scripts only", function()
    local id = app.ports.store.overlays:create { name = "f", type = "files", user_id = bob.id, script = "", at = 1 }
    assert.equal(409, select(2, overlays:build(bob, id)).status)
    assert.equal(409, select(2, overlays:save_script(bob, id, "x")).status)
  end)

  describe("wipe", function()
    it("empties the directory and forgets the last build", function()
      local overlay = create(bob, "maps")
      app.ports.store.overlays:set_build_status(overlay.id, "ok", 1)
      assert.equal("", overlays:wipe(bob, overlay.id).last_build_status)
      assert.equal("wipe " .. overlay.id, app.calls[#app.calls])
      assert.equal("api overlay.wipe overlay:" .. overlay.id .. " ", support.audited(app))
    end)

    it("is refused while a build waits or runs", function()
      local overlay = create(bob, "maps", { script = "echo" })
      for _, state in ipairs { "queued", "running", "cancelling" } do
        app.ports.db:run("UPDATE jobs SET state = ?", state)
        local _, err = overlays:wipe(bob, overlay.id)
        assert.equal("overlay.busy", err.code)
      end
      app.ports.db:run("UPDATE jobs SET state = 'failed'")
      assert.is_table((overlays:wipe(bob, overlay.id)))
    end)

    it("is refused while a server has it mounted or might have, and names the server", function()
      local overlay = create(bob, "maps")
      local server, blueprint = server_with(overlay, "running")
      local _, err = overlays:wipe(bob, overlay.id)
      assert.equal("Stop the server first: it has this overlay mounted.", err.text)
      app.services.blueprints:update(bob, blueprint.id, { overlays = {} })
      assert.equal(409, select(2, overlays:wipe(bob, overlay.id)).status)
      assert(app.services.servers:spec(nil, server.id))
      assert.equal(409, select(2, overlays:wipe(bob, overlay.id)).status)
      app.ports.store.servers:set_actual(server.id, { state = "unknown", at = 1 })
      assert.equal(409, select(2, overlays:wipe(bob, overlay.id)).status)
      app.ports.store.servers:set_actual(server.id, { state = "stopped", at = 1 })
      assert.is_table((overlays:wipe(bob, overlay.id)))
    end)

    it("is refused while a job works on a server that uses it", function()
      local overlay = create(bob, "maps")
      local server = server_with(overlay, "stopped")
      assert(app.services.servers:enqueue(bob, server.id, "start"))
      assert.is_table((overlays:wipe(bob, overlay.id)))
      app.ports.db:run("UPDATE jobs SET state = 'running'")
      assert.equal("overlay.busy", select(2, overlays:wipe(bob, overlay.id)).code)
    end)

    it("is refused while a job works on a server that mounts it though its blueprint dropped it since", function()
      local overlay = create(bob, "maps")
      local server, blueprint = server_with(overlay, "stopped")
      assert(app.services.servers:enqueue(bob, server.id, "start"))
      app.ports.db:run("UPDATE jobs SET state = 'running'")
      app.services.blueprints:update(bob, blueprint.id, { overlays = {} })
      for _, method in ipairs { "wipe", "delete" } do
        assert.equal("overlay.busy", select(2, overlays[method](overlays, bob, overlay.id)).code)
      end
      app.ports.db:run("UPDATE jobs SET state = 'cancelled'")
      assert.is_table((overlays:wipe(bob, overlay.id)))
    end)

    it("is refused when a build began in that very moment", function()
      local overlay = create(bob, "maps")
      app.ports.store.overlays:set_build_status(overlay.id, "ok", 1)
      function app.ports.backend.wipe() return nil, "a build of this overlay is at work", "busy" end
      for _, method in ipairs { "wipe", "delete" } do
        local _, err = overlays[method](overlays, bob, overlay.id)
        assert.same({ "overlay.busy", "Not now: a build of this overlay is at work. Please try again." },
          { err.code, err.text })
      end
      assert.equal("ok", overlays:get(bob, overlay.id).last_build_status)
    end)

    it("that removes only some of the files leaves an overlay that does not count as built", function()
      local overlay = create(bob, "maps")
      app.ports.store.overlays:set_build_status(overlay.id, "ok", 1)
      app.ports.backend.broken = true
      assert.is_nil((overlays:wipe(bob, overlay.id)))
      assert.equal("", overlays:get(bob, overlay.id).last_build_status)
    end)

    it("is to be done again when there are too many files for one go", function()
      local overlay = create(bob, "maps")
      function app.ports.backend.wipe() return nil, "not all is gone yet", "unfinished" end
      for _, method in ipairs { "wipe", "delete" } do
        local _, err = overlays[method](overlays, bob, overlay.id)
        assert.same({ "overlay.unfinished", 503 }, { err.code, err.status })
      end
    end)

    it("tells when the files could not be removed", function()
      local overlay = create(bob, "maps")
      app.ports.backend.broken = true
      assert.matches("bwrap is not installed", select(2, overlays:wipe(bob, overlay.id)).text)
      assert.equal(500, select(2, overlays:delete(bob, overlay.id)).status)
      assert.is_table((overlays:get(bob, overlay.id)))
    end)
  end)

  describe("disk", function()
    local function sized(actor, name, bytes, more)
      local overlay = create(actor, name, more)
      if bytes then app.ports.store.overlays:set_usage(overlay.id, { bytes = bytes, files = 2 }) end
      return overlay
    end

    it("names the largest overlays one can use, and counts all of those", function()
      sized(bob, "small", 10)
      sized(bob, "large", 1 << 40)
      sized(eve, "hers", 5000)
      sized(admin, "everyone's", 200, { system_wide = true })
      sized(bob, "empty", 0)
      sized(bob, "unknown")
      local seen = overlays:disk(bob, 2)
      assert.same({ (1 << 40) + 210, 3 }, { seen.bytes, seen.count })
      assert.same({ { id = 2, name = "large", owner = "bob", disk_bytes = 1 << 40, disk_files = 2 },
        { id = 4, name = "everyone's", disk_bytes = 200, disk_files = 2 } }, seen.overlays)
      assert.same({ (1 << 40) + 5210, 4 }, { overlays:disk(admin, 1).bytes, overlays:disk(admin, 1).count })
      assert.same({ 5200, 2 }, { overlays:disk(eve, 1).bytes, overlays:disk(eve, 1).count })
    end)

    it("knows after a wipe that nothing is left, and after half a one that it does not know", function()
      local overlay = sized(bob, "maps", 4096)
      local wiped = assert(overlays:wipe(bob, overlay.id))
      assert.same({ 0, 0 }, { wiped.disk_bytes, wiped.disk_files })
      assert.equal(0, overlays:get(bob, overlay.id).disk_bytes)
      app.ports.store.overlays:set_usage(overlay.id, { bytes = 4096, files = 1 })
      app.ports.backend.broken = true
      assert.is_nil((overlays:wipe(bob, overlay.id)))
      assert.is_nil(overlays:get(bob, overlay.id).disk_bytes)
    end)
  end)

  describe("delete", function()
    it("empties the directory through the sandbox before it removes it", function()
      local overlay = create(bob, "maps")
      assert.equal("maps", overlays:delete(bob, overlay.id).name)
      assert.same({ "mkdirs overlays/1", "wipe 1", "discard 1" }, app.calls)
      assert.equal(404, select(2, overlays:get(bob, overlay.id)).status)
    end)

    it("is refused while blueprints use it, and names those one may see", function()
      local common = create(admin, "common", { system_wide = true })
      app.services.blueprints:create(bob, { name = "night", overlays = { { id = common.id } } })
      assert.equal("This overlay is used by night. Take it out there first.",
        select(2, overlays:delete(admin, common.id)).text)
      assert.same({ 1, 1, 0 }, { #overlays:get(admin, common.id).used_by, #overlays:get(bob, common.id).used_by,
        #overlays:get(eve, common.id).used_by })
    end)

    it("that comes too late, as a blueprint took it, leaves it empty and not built", function()
      local overlay = create(bob, "maps")
      app.ports.store.overlays:set_build_status(overlay.id, "ok", 1)
      function app.ports.backend.wipe(_, _, permitted)
        assert.is_true(permitted())
        assert(app.services.blueprints:create(bob, { name = "b", overlays = { { id = overlay.id } } }))
        return true
      end
      assert.equal("overlay.in_use", select(2, overlays:delete(bob, overlay.id)).code)
      assert.equal("", overlays:get(bob, overlay.id).last_build_status)
    end)

    it("does not wait for a stopped server that had it mounted once", function()
      local overlay = create(bob, "maps")
      local _, blueprint = server_with(overlay, "stopped")
      app.services.blueprints:update(bob, blueprint.id, { overlays = {} })
      assert.is_table((overlays:delete(bob, overlay.id)))
    end)
  end)
end)
