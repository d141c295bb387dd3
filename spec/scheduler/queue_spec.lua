-- Specs of scheduler.queue: as many jobs as there are places, each waiting one with its reason, and sleep in between.
local queues = require "scheduler.queue"
local support = require "spec.support.scheduler"

describe("The queue", function()
  local host, store, scene, runner, queue
  before_each(function()
    host = support.new()
    store, scene = host.ports.store, host.scene
    runner = { count = 0, started = {}, cancels = 0 }
    function runner.start(self, job, done)
      self.count = self.count + 1
      self.started[#self.started + 1] = job.id
      self[job.id] = function()
        self.count = self.count - 1
        store.jobs:finish(job.id, { state = "succeeded", exit_code = 0, finished_at = 1 })
        done()
      end
    end
    function runner.cancel_requested(self) self.cancels = self.cancels + 1 end
    queue = queues.new(host.ports, runner, 2)
  end)
  after_each(function() host:close() end)

  local function run()
    host.ports.tasks:spawn("queue", function() queue:run() end)
  end

  local function settle()
    for _ = 1, 3 do host.ports.tasks:turn(0) end
  end

  local function jobs(count)
    local ids = {}
    for i = 1, count do ids[i] = scene:job("stop", scene:server("server " .. i)) end
    return ids
  end

  it("starts the oldest jobs, as many as there are places", function()
    local ids = jobs(4)
    run()
    assert.same({ ids[1], ids[2] }, runner.started)
  end)

  it("starts the next one when one is over", function()
    local ids = jobs(3)
    run()
    runner[ids[2]]()
    settle()
    assert.same({ ids[1], ids[2], ids[3] }, runner.started)
  end)

  it("tells every waiting job why it waits: for a place, or for another job", function()
    local ids = jobs(3)
    local blocked = scene:job("start", store.jobs:get(ids[1]).server_id)
    run()
    assert.equal("one of 2 running jobs to end", scene:waits_for(ids[3]))
    assert.matches("^stop of server", scene:waits_for(blocked))
    assert.is_true(host:rang().jobs)
    runner[ids[1]]()
    settle()
    assert.equal("", scene:waits_for(ids[3]))
    assert.equal("one of 2 running jobs to end", scene:waits_for(blocked))
  end)

  it("says it of the only place there is, too", function()
    queue = queues.new(host.ports, runner, 1)
    local ids = jobs(2)
    run()
    assert.equal("the running job to end", scene:waits_for(ids[2]))
  end)

  it("rings for open pages only when a reason changed", function()
    jobs(3)
    run()
    host:rang()
    queue:wake()
    settle()
    assert.is_nil(host:rang().jobs)
  end)

  it("looks for jobs and cancels when it is woken, and never by itself", function()
    run()
    assert.equal(-1, host.ports.tasks.timers:wait(host.ports.clock.monotonic()))
    local id = jobs(1)[1]
    local before = runner.cancels
    settle()
    assert.same({}, runner.started)
    queue:wake()
    settle()
    assert.same({ id }, runner.started)
    assert.equal(before + 1, runner.cancels)
  end)

  it("outlives a database that is busy or full, says so, and tries again by itself", function()
    local claim, broken = store.jobs.claim, true
    store.jobs.claim = function(...)
      if broken then error { code = "SQLITE_BUSY", message = "database is locked" } end
      return claim(...)
    end
    local id = jobs(1)[1]
    run()
    assert.same({}, runner.started)
    assert.equal(1, #host.lines)
    broken = false
    host.ports.clock.skip(1000)
    settle()
    assert.same({ id }, runner.started)
  end)
end)
