-- Specs of scheduler.poller: shown states are true, written when they are news, and nobody waits for the poller.
local pollers = require "scheduler.poller"
local support = require "spec.support.scheduler"

describe("The poller", function()
  local host, store, scene, backend, poller
  before_each(function()
    host = support.new()
    store, scene, backend = host.ports.store, host.scene, host.ports.backend
    poller = pollers.new(host.ports)
  end)
  after_each(function() host:close() end)

  local function servers(count)
    local ids = {}
    for i = 1, count do ids[i] = scene:server("server " .. i) end
    return ids
  end
  local function state(id) return store.servers:get(id).actual_state end
  local function sweep() host:as_task(poller.sweep, poller) end
  local function changes() host:as_task(poller.changes, poller) end

  describe("looking at all servers", function()
    it("notes each state and error that is another than before, and rings once for what is news", function()
      local ids = servers(120)
      backend.states[tostring(ids[1])] = "running"
      backend.states[tostring(ids[120])] = "unknown"
      backend.error = "it fell over"
      sweep()
      assert.same({ "running", "stopped", "unknown" }, { state(ids[1]), state(ids[2]), state(ids[120]) })
      assert.equal("it fell over", store.servers:get(ids[2]).last_error)
      local rang = host:rang()
      assert.is_true(rang.servers and rang.scheduler)
      sweep()
      assert.same({}, host:rang())
    end)

    it("writes nothing for a server whose state is the same, but when it was looked at", function()
      local ids = servers(3)
      sweep()
      local written = 0
      store.servers.set_actual = function() written = written + 1 end
      host.ports.clock.skip(30000)
      local before = store.servers:get(ids[1]).state_checked_at
      sweep()
      assert.equal(0, written)
      assert.is_true(store.servers:get(ids[3]).state_checked_at >= before + 30000)
    end)

    it("leaves a server alone as long as a job works on it or waits for it", function()
      local ids = servers(2)
      local job = scene:job("start", ids[1])
      backend.states[tostring(ids[1])], backend.states[tostring(ids[2])] = "running", "running"
      sweep()
      assert.same({ "stopped", "running" }, { state(ids[1]), state(ids[2]) })
      assert.same({ tostring(ids[2]) }, backend.asked)
      assert.is_nil(store.servers:get(ids[1]).state_checked_at)
      store.jobs:request_cancel(job, 1)
      sweep()
      assert.equal("running", state(ids[1]))
    end)

    it("goes on behind a server the host cannot tell of", function()
      local ids = servers(3)
      backend.states[tostring(ids[2])], backend.states[tostring(ids[3])] = "broken", "running"
      sweep()
      assert.equal("running", state(ids[3]))
      assert.equal(1, #host.lines)
      assert.matches("server " .. ids[2], host.lines[1])
    end)

    it("lets others have their turn again and again, however many servers there are", function()
      servers(100)
      local turns, longest, began = 0, 0, nil
      function backend.status(_, _)
        host.ports.clock.skip(1) -- a look takes a millisecond here
        longest = math.max(longest, host.ports.clock.ahead - began)
        return { state = "stopped" }
      end
      began = 0
      host.ports.tasks:spawn("other", function()
        while true do
          turns, began = turns + 1, host.ports.clock.ahead
          host.ports.tasks:sleep(0, "its turn")
        end
      end)
      sweep()
      assert.is_true(turns >= 15, turns)
      assert.is_true(longest <= 10, longest)
    end)
  end)

  it("does not believe a glance for longer than others wait for their turn", function()
    servers(100)
    local glances, taken_at, oldest = 0, 0, 0
    function backend.glance()
      glances, taken_at = glances + 1, host.ports.clock.ahead
      return function()
        host.ports.clock.skip(1)
        oldest = math.max(oldest, host.ports.clock.ahead - taken_at)
        return { state = "stopped" }
      end
    end
    sweep()
    assert.is_true(glances >= 10, glances)
    assert.is_true(oldest <= 10, oldest)
  end)

  describe("following what changes", function()
    it("rings the log of each server that changed, and looks at a state only when that may have changed", function()
      local ids = servers(2)
      local first, second = tostring(ids[1]), tostring(ids[2])
      backend.changed = { [first] = "log", [second] = "status" }
      backend.states = { [first] = "running", [second] = "running" }
      changes()
      local rang = host:rang()
      assert.is_true(rang["server:" .. first] and rang["server:" .. second] and rang.servers and rang.scheduler)
      assert.same({ second }, backend.asked)
      assert.same({ "stopped", "running" }, { state(ids[1]), state(ids[2]) })
    end)

    it("leaves the state of a server alone that a job works on: the job's end will tell", function()
      local ids = servers(1)
      scene:job("stop", ids[1])
      backend.changed = { [tostring(ids[1])] = "status" }
      changes()
      assert.same({}, backend.asked)
      assert.is_true(host:rang()["server:" .. ids[1]])
    end)

    it("has nothing to say of the state of what is no server of the database", function()
      backend.changed = { ["4711"] = "status", ["by-hand"] = "status" }
      changes()
      assert.same({}, backend.asked)
      assert.is_true(host:rang()["server:by-hand"])
    end)
  end)

  describe("as a task", function()
    local function waits_for(name)
      for _, task in ipairs(host.ports.tasks:list()) do
        if task.name == name then return task.waits_for end
      end
    end

    it("looks again each interval, keeps space back, and outlives what goes wrong", function()
      local ids = servers(1)
      local list, broken = store.servers.list, true
      store.servers.list = function(...)
        if broken then error { code = "SQLITE_BUSY", message = "database is locked" } end
        return list(...)
      end
      host.ports.tasks:spawn("poller", function() poller:run(30000) end)
      assert.equal(1, #host.lines)
      assert.truthy(host.ports.root:stat "run/reserve")
      broken = false
      backend.states[tostring(ids[1])] = "running"
      host.ports.clock.skip(29000)
      host.ports.tasks:turn(0)
      assert.equal("stopped", state(ids[1]))
      host.ports.clock.skip(1000)
      host:until_true("the next look", function() return state(ids[1]) == "running" end)
    end)

    it("sleeps until the backend tells of a change", function()
      local sock = require "host.sock"
      local a <close> = assert(sock.udp("127.0.0.1", 0))
      function backend.watch_fd() return a:fd() end
      local watched = 0
      function backend.watch()
        watched = watched + 1
        a:recvfrom(100)
        return {}
      end
      host.ports.tasks:spawn("follow", function() poller:follow() end)
      host.ports.clock.skip(50)
      host.ports.tasks:turn(0)
      assert.equal("changes of servers", waits_for "follow")
      assert.equal(-1, host.ports.tasks.timers:wait(host.ports.clock.monotonic()))
      a:sendto("x", "127.0.0.1", a:local_port())
      host:until_true("the second look", function() return watched == 2 end)
    end)

    it("looks again at once after a change, and twice a second as long as a state is neither of both", function()
      local sock = require "host.sock"
      local a <close> = assert(sock.udp("127.0.0.1", 0))
      function backend.watch_fd() return a:fd() end
      local server = servers(1)[1]
      local name = tostring(server)
      backend.states[name], backend.changed = "running", { [name] = "status" }
      host.ports.tasks:spawn("follow", function() poller:follow() end)
      local function comes_to(expected)
        host:until_true(expected, function()
          host.ports.clock.skip(50)
          return state(server) == expected
        end)
      end
      comes_to "running"
      backend.states[name] = "unknown" -- the supervisor is gone, the game is about to be
      comes_to "unknown"
      backend.states[name] = "stopped"
      comes_to "stopped"
      host:until_true("sleep without end", function()
        return host.ports.tasks.timers:wait(host.ports.clock.monotonic()) == -1
      end)
    end)

    it("asks a backend that cannot tell twice a second", function()
      function backend.watch_fd() return nil end
      local watched, watch = 0, backend.watch
      function backend.watch(...)
        watched = watched + 1
        return watch(...)
      end
      host.ports.tasks:spawn("follow", function() poller:follow() end)
      host.ports.clock.skip(50)
      host.ports.tasks:turn(0)
      host.ports.clock.skip(499)
      host.ports.tasks:turn(0)
      assert.equal(1, watched)
      host.ports.clock.skip(1)
      host.ports.tasks:turn(0)
      assert.equal(2, watched)
    end)
  end)
end)
