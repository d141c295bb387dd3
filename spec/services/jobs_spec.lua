-- Specs of services.jobs: who may enqueue, see and cancel what, and what rings when.
local support = require "spec.support.app"

describe("services.jobs", function()
  local app, jobs, bob, eve, admin, server, overlay
  before_each(function()
    app = support.new()
    app.services.jobs = require("services.jobs").new(app.ports, app.services)
    jobs, bob, eve, admin = app.services.jobs, app.users.bob, app.users.eve, app.users.admin
    overlay = assert(app.services.overlays:create(bob, { name = "o" })).id
    local blueprint = assert(app.services.blueprints:create(bob, { name = "b", overlays = {} })).id
    server = assert(app.services.servers:create(bob, { name = "s", blueprint_id = blueprint })).id
    support.rang(app, "")
  end)

  local function stored(id) return app.ports.store.jobs:get(id) end
  local function desired() return app.ports.store.servers:get(server).desired_state end
  local function enqueue(operation)
    return assert(jobs:enqueue(bob, { operation = operation or "start", server_id = server }))
  end

  describe("enqueue", function()
    it("adds a queued job that belongs to the object's owner, says who asked, and rings", function()
      local job = assert(jobs:enqueue(admin, { operation = "start", server_id = server }))
      assert.same({ "queued", "start", server, bob.id, admin.id, app.clock.ms },
        { job.state, job.operation, job.server_id, job.owner_id, job.user_id, job.created_at })
      assert.same({ "jobs", "of:job:" .. job.id, "of:server:" .. server, "scheduler" }, app.rung)
      assert.equal(("api job.enqueue server:%d start"):format(server), support.audited(app))
    end)

    it("notes at once what the owner wants of the server, and a cancel does not revert it", function()
      local job = enqueue "start"
      assert.equal("running", desired())
      jobs:cancel(bob, job.id)
      assert.equal("running", desired())
      enqueue "initialize"
      assert.equal("running", desired())
      for _, operation in ipairs { "stop", "reset", "delete" } do
        enqueue "start"
        enqueue(operation)
        assert.equal("stopped", desired())
      end
    end)

    it("coalesces a build with the queued one of its overlay, not with a running one", function()
      local first = assert(jobs:enqueue(bob, { operation = "build_overlay", overlay_id = overlay }))
      assert.equal(first.id, jobs:enqueue(admin, { operation = "build_overlay", overlay_id = overlay }).id)
      app.ports.store.jobs:claim(1)
      local second = assert(jobs:enqueue(bob, { operation = "build_overlay", overlay_id = overlay }))
      assert.not_equal(first.id, second.id)
      assert.equal(second.id, jobs:enqueue(bob, { operation = "build_overlay", overlay_id = overlay }).id)
    end)

    it("takes 200 waiting jobs from a user and no more, as all of them are looked at again and again", function()
      local first = enqueue()
      for _ = 2, 200 do enqueue() end
      local _, err = jobs:enqueue(bob, { operation = "stop", server_id = server })
      assert.same({ "job.too_many", 429 }, { err.code, err.status })
      assert.equal("running", desired())
      assert(jobs:enqueue(admin, { operation = "stop", server_id = server }))
      jobs:cancel(bob, first.id)
      enqueue "stop"
    end)

    it("within a transaction is a part of it, and leaves the ringing to the caller", function()
      pcall(app.ports.db.transaction, app.ports.db, function()
        enqueue()
        error "the caller changes its mind"
      end)
      assert.same({}, jobs:list(admin))
      assert.equal("stopped", desired())
      assert.same({}, app.rung)
    end)

    it("of the host's own work belongs to nobody", function()
      assert.is_nil(jobs:enqueue(admin, { operation = "install" }).owner_id)
    end)
  end)

  it("shows a job to its object's owner, to whoever asked for it and to admins; to others it is not there", function()
    local job = assert(jobs:enqueue(admin, { operation = "start", server_id = server }))
    for _, actor in ipairs { bob, admin, { admin = true, door = "console" } } do
      assert.equal(job.id, jobs:get(actor, job.id).id)
      assert.equal(job.id, jobs:newest_of(actor, "server_id", server).id)
      assert.equal(1, #jobs:list(actor))
    end
    for _, call in ipairs {
      function() return jobs:get(eve, job.id) end, function() return jobs:log_stream(eve, job.id) end,
      function() return jobs:cancel(eve, job.id) end, function() return jobs:get(bob, job.id + 1) end,
    } do
      local value, err = call()
      assert.is_nil(value)
      assert.equal("job.not_found", err.code)
    end
    assert.same({}, jobs:list(eve))
    assert.is_nil(jobs:newest_of(eve, "server_id", server))
    local host = jobs:enqueue(admin, { operation = "install" })
    assert.is_nil((jobs:get(bob, host.id)))
  end)

  describe("cancel", function()
    it("ends a queued job at once: its streams end too", function()
      local job = enqueue()
      support.rang(app, "")
      assert.equal("cancelled", jobs:cancel(bob, job.id).state)
      assert.equal("cancelled", app.closed["job:" .. job.id])
      assert.is_true(support.rang(app, "jobs"))
      assert.equal(("api job.cancel job:%d start"):format(job.id), support.audited(app))
    end)

    it("asks a running job to end, and the scheduler does the rest", function()
      local job = enqueue()
      app.ports.store.jobs:claim(1)
      support.rang(app, "")
      assert.equal("cancelling", jobs:cancel(bob, job.id).state)
      assert.is_nil(app.closed["job:" .. job.id])
      assert.is_true(support.rang(app, "scheduler"))
      assert.equal("cancelling", jobs:cancel(bob, job.id).state)
    end)

    it("refuses a job that is over", function()
      local job = enqueue()
      app.ports.store.jobs:finish(job.id, { state = "succeeded", exit_code = 0, finished_at = 1 })
      local value, err = jobs:cancel(bob, job.id)
      assert.is_nil(value)
      assert.same({ "job.over", 409 }, { err.code, err.status })
      assert.equal("succeeded", stored(job.id).state)
    end)

    it("is not for someone who merely asked for a job on what is not theirs", function()
      local job = assert(jobs:enqueue(eve, { operation = "build_overlay", overlay_id = overlay }))
      local value, err = jobs:cancel(eve, job.id)
      assert.is_nil(value)
      assert.equal("job.not_found", err.code)
      assert.equal("queued", stored(job.id).state)
    end)
  end)

  describe("log_stream", function()
    it("follows the log of a job that is not over, from any byte", function()
      local job = enqueue()
      assert.same({
        kind = "log", format = "tagged", path = ("/state/logs/jobs/%d.log"):format(job.id), from = 12,
        topic = "job:" .. job.id, revoke = { "user:" .. bob.id },
      }, jobs:log_stream(bob, job.id, { from = 12 }))
      assert.is_nil(jobs:log_stream({ admin = true, door = "console" }, job.id).revoke)
    end)

    it("ends with the final state when the job is over", function()
      local job = enqueue()
      jobs:cancel(bob, job.id)
      assert.equal("cancelled", jobs:log_stream(bob, job.id).ended)
    end)

    it("says so when the log of an old job is not kept any more", function()
      local job = enqueue()
      app.ports.store.jobs:claim(1)
      app.ports.store.jobs:finish(job.id, { state = "failed", exit_code = 1, finished_at = 2 })
      local path = ("logs/jobs/%d.log"):format(job.id)
      app.ports.fs.directories[path] = true
      assert.equal("failed", jobs:log_stream(bob, job.id).ended)
      app.ports.fs.directories[path] = nil
      local value, err = jobs:log_stream(bob, job.id)
      assert.is_nil(value)
      assert.same({ "job.log_gone", 410 }, { err.code, err.status })
    end)
  end)

  it("lists page by page, at most 200 at once", function()
    for _ = 1, 205 do assert(jobs:enqueue(admin, { operation = "stop", server_id = server })) end
    local page = jobs:list(bob, { limit = 100000 })
    assert.equal(200, #page)
    assert.equal(5, #jobs:list(bob, { before = page.next }))
    assert.equal(50, #jobs:list(bob))
  end)
end)
