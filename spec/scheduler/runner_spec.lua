-- Specs of scheduler.runner: what a job runs, what becomes of it, and how it is cancelled or stopped.
local runners = require "scheduler.runner"
local support = require "spec.support.scheduler"

describe("A job", function()
  local host, runner, store, scene, done
  before_each(function()
    host = support.new()
    store, scene, done = host.ports.store, host.scene, 0
    runner = runners.new(host.ports)
    host:program("left4me", "echo left4me $*")
    host:program("l4d2ctl", "echo l4d2ctl $*; [ -t 0 ] || cat")
  end)
  after_each(function() host:close() end)

  local function start(operation, object)
    local id = scene:job(operation, object)
    local job = assert(store.jobs:claim(host.ports.clock.now()))
    assert.equal(id, job.id)
    runner:start(job, function() done = done + 1 end)
    return id
  end

  local function finished(id)
    host:until_true("the end of job " .. id, function() return store.jobs:get(id).finished_at end)
    host:until_true("the end of its task", function() return #host.ports.tasks:list() == 0 end)
    return store.jobs:get(id)
  end

  local function says(id, text)
    host:until_true(text, function() return (host:log_of(id) or ""):find(text, 1, true) end)
  end

  it("ends its build when who followed that was killed", function()
    host:program("left4me", "kill -KILL $$")
    local overlay = scene:overlay "o"
    assert.equal("failed", finished(start("build_overlay", overlay)).state)
    assert.same({ overlay }, host.ports.backend.ended_builds)
  end)

  it("succeeds when its command does: state, code, times, log, bells and its place given back", function()
    local overlay = scene:overlay "o"
    local id = start("build_overlay", overlay)
    assert.equal(1, runner.count)
    assert.same({ jobs = true }, { jobs = host:rang().jobs })
    local job = finished(id)
    assert.same({ "succeeded", 0 }, { job.state, job.exit_code })
    assert.is_true(job.finished_at >= job.started_at)
    assert.equal(("O left4me build %d\n"):format(overlay), host:log_of(id))
    local rang = host:rang()
    assert.is_true(rang.jobs and rang.servers and rang.overlays and rang["job:" .. id])
    assert.equal("succeeded", host.ports.hub.closed["job:" .. id])
    assert.same({}, host.ports.backend.ended_builds)
    assert.same({ 0, 1 }, { runner.count, done })
    local built = store.overlays:get(overlay)
    assert.same({ "ok", job.finished_at, job.finished_at - job.started_at },
      { built.last_build_status, built.built_at, built.build_ms })
  end)

  it("fails with its command's exit code", function()
    host:program("left4me", "echo why >&2; exit 3")
    local overlay = scene:overlay "o"
    local job = finished(start("build_overlay", overlay))
    assert.same({ "failed", 3 }, { job.state, job.exit_code })
    assert.equal("E why\n", host:log_of(job.id))
    assert.equal("failed", store.overlays:get(overlay).last_build_status)
  end)

  it("has its state written before its topic is closed", function()
    local state
    local id
    local close = host.ports.hub.close
    function host.ports.hub.close(...)
      state = store.jobs:get(id).state
      close(...)
    end
    id = start "install"
    finished(id)
    assert.equal("succeeded", state)
  end)

  describe("of a server", function()
    local server
    before_each(function() server = scene:server "s" end)

    it("starts it in two steps: the instance is written anew, then started", function()
      local id = start("start", server)
      assert.equal("succeeded", finished(id).state)
      local log = host:log_of(id)
      assert.truthy(log:find(("^O l4d2ctl initialize %d %%-f %%-\n"):format(server)), log)
      assert.truthy(log:find("O port: ", 1, true), log)
      assert.truthy(log:find(("O l4d2ctl start %d\n$"):format(server)), log)
    end)

    it("takes no second step when the first one fails", function()
      host:program("l4d2ctl", "echo $1; exit 9")
      local job = finished(start("start", server))
      assert.same({ "failed", 9, "O initialize\n" }, { job.state, job.exit_code, host:log_of(job.id) })
    end)

    it("refreshes the actual state, also after a failure, and not the desired one", function()
      for _, code in ipairs { 0, 4 } do
        host:program("l4d2ctl", "cat >/dev/null; exit " .. code)
        host.ports.backend.states[tostring(server)] = code == 0 and "running" or "unknown"
        finished(start("start", server))
        assert.equal(code == 0 and "running" or "unknown", store.servers:get(server).actual_state)
        assert.equal("stopped", store.servers:get(server).desired_state)
      end
    end)

    it("is gone after its delete succeeded, and stays when that failed", function()
      host:program("l4d2ctl", "exit 1")
      finished(start("delete", server))
      assert.truthy(store.servers:get(server))
      host:program("l4d2ctl", "exit 0")
      finished(start("delete", server))
      assert.is_nil(store.servers:get(server))
    end)

    it("ends although the host cannot say what the server does", function()
      host.ports.backend.states[tostring(server)] = "broken"
      assert.equal("succeeded", finished(start("stop", server)).state)
    end)

    it("that is gone when the job begins makes it fail with a sentence", function()
      local id = scene:job("start", server)
      local job = store.jobs:claim(1)
      store.servers:remove(server)
      runner:start(job, function() end)
      assert.same({ "failed", 1 }, { finished(id).state, store.jobs:get(id).exit_code })
      assert.equal("E No such server.\n", host:log_of(id))
    end)
  end)

  it("whose program is not there fails with 127 and says so", function()
    host.ports.root:remove "l4d2ctl"
    local job = finished(start "install")
    assert.same({ "failed", 127 }, { job.state, job.exit_code })
    assert.matches("l4d2ctl: No such file", host:log_of(job.id))
  end)

  it("that meets a fault of ours fails and stays nobody's business but its own", function()
    function host.ports.services.servers.spec() error "on purpose" end
    local job = finished(start("start", scene:server "s"))
    assert.same({ "failed", 70 }, { job.state, job.exit_code })
    assert.matches("fault of left4me", host:log_of(job.id))
    assert.matches("on purpose", table.concat(host.lines, "\n"))
    assert.equal(0, runner.count)
  end)

  it("hands its child the environment it was given", function()
    host.ports.env = { LEFT4ME_ROOT = host.path, PATH = "/usr/bin:/bin" }
    host:program("l4d2ctl", "env")
    local id = start "install"
    finished(id)
    local log = host:log_of(id)
    assert.truthy(log:find("O LEFT4ME_ROOT=" .. host.path, 1, true))
    assert.is_nil(log:find("HOME=", 1, true))
  end)

  it("notes its child while it runs", function()
    host:program("l4d2ctl", "echo ready; read -r < " .. host.path .. "/fifo")
    os.execute("mkfifo " .. host.path .. "/fifo")
    local id = start "install"
    says(id, "ready")
    local job = store.jobs:get(id)
    assert.equal(job.pid_started, host.ports.proc.start_time(job.pid))
    os.execute("echo >" .. host.path .. "/fifo")
    assert.is_nil(finished(id).pid)
  end)

  it("runs on when its child cannot be noted", function()
    function store.jobs.set_child() error { code = "SQLITE_FULL", message = "database or disk is full" } end
    assert.equal("succeeded", finished(start "install").state)
    assert.is_true(#host.lines > 0)
  end)

  describe("that is cancelled", function()
    local function cancel(id)
      store.jobs:request_cancel(id, 1)
      runner:cancel_requested()
    end

    it("gets TERM, and is cancelled when it ends by it", function()
      host:program("left4me", "echo ready; sleep 1000")
      local overlay = scene:overlay "o"
      local id = start("build_overlay", overlay)
      says(id, "ready")
      cancel(id)
      local job = finished(id)
      assert.same({ "cancelled", 143 }, { job.state, job.exit_code })
      assert.equal("O ready\nE The job was cancelled.\n", host:log_of(id))
      assert.equal("cancelled", host.ports.hub.closed["job:" .. id])
      assert.equal("failed", store.overlays:get(overlay).last_build_status)
    end)

    it("gets KILL ten seconds later when it ignores TERM, with all its processes", function()
      host:program("l4d2ctl", "trap '' TERM; (trap '' TERM; sleep 1000) & echo child $!; while :; do sleep 1000; done")
      local id = start "install"
      says(id, "child")
      local child = math.tointeger(host:log_of(id):match("child (%d+)"))
      cancel(id)
      cancel(id)
      host.ports.clock.skip(9900)
      for _ = 1, 20 do host.ports.tasks:turn(1) end
      assert.equal("cancelling", store.jobs:get(id).state)
      host.ports.clock.skip(101)
      assert.same({ "cancelled", 137 }, { finished(id).state, store.jobs:get(id).exit_code })
      host:until_true("the end of its child", function() return not support.alive(child) end)
    end)

    it("has succeeded when its command did all the same", function()
      host:program("l4d2ctl", "trap 'exit 0' TERM; echo ready; while :; do read -t 0.01 <> <(:); done")
      local id = start "install"
      says(id, "ready")
      cancel(id)
      assert.equal("succeeded", finished(id).state)
      assert.equal("O ready\n", host:log_of(id))
    end)

    it("between two commands does not begin the second", function()
      host:program("l4d2ctl", "trap '' TERM; echo $1; cat >/dev/null")
      local ring, id = host.ports.hub.ring, scene:job("start", scene:server "s")
      function host.ports.hub.ring(topic)
        ring(topic)
        if topic == "job:" .. id and store.jobs:get(id).state == "running" then cancel(id) end
      end
      runner:start(store.jobs:claim(1), function() end)
      assert.same({ "cancelled", 143 }, { finished(id).state, store.jobs:get(id).exit_code })
      assert.equal("O initialize\nE The job was cancelled.\n", host:log_of(id))
    end)

    it("leaves the others alone", function()
      host:program("left4me", "echo ready; sleep 1000")
      local first, second = start("build_overlay", scene:overlay "a"), start("build_overlay", scene:overlay "b")
      says(first, "ready")
      says(second, "ready")
      cancel(first)
      host:until_true("the first one's end", function() return store.jobs:get(first).finished_at end)
      assert.equal("running", store.jobs:get(second).state)
    end)
  end)

  describe("when the service stops", function()
    it("is ended when it is of a kind that ends, and says so; a build has failed then", function()
      host:program("left4me", "echo ready; sleep 1000")
      host:program("l4d2ctl", "echo ready; read -r < " .. host.path .. "/fifo")
      os.execute("mkfifo " .. host.path .. "/fifo")
      local overlay = scene:overlay "o"
      local build, stop = start("build_overlay", overlay), start("stop", scene:server "s")
      says(build, "ready")
      says(stop, "ready")
      runner:stop({ host = true, overlay = true }, 1000)
      host:until_true("the build's end", function() return store.jobs:get(build).finished_at end)
      assert.same({ "failed", 143 }, { store.jobs:get(build).state, store.jobs:get(build).exit_code })
      assert.matches("E The service was stopped while this job ran.\n$", host:log_of(build))
      assert.equal("failed", store.overlays:get(overlay).last_build_status)
      os.execute("echo >" .. host.path .. "/fifo")
      assert.equal("succeeded", finished(stop).state)
    end)

    it("is killed when it does not end within the shorter grace", function()
      host:program("l4d2ctl", "trap '' TERM; echo ready; while :; do sleep 1000; done")
      local id = start("stop", scene:server "s")
      says(id, "ready")
      runner:stop({ server = true }, 20)
      assert.same({ "failed", 137 }, { finished(id).state, store.jobs:get(id).exit_code })
    end)
  end)

  describe("on a full disk", function()
    local function full(after)
      local append = host.ports.root.append
      host.ports.root = setmetatable({ append = function(_, ...)
        local file = append(host.ports.fs, ...)
        return setmetatable({}, { __index = function(_, name)
          return function(_, text)
            if name == "write" and after(text) then return nil, "write: No space left on device", "ENOSPC" end
            return file[name](file, text)
          end
        end })
      end }, { __index = function(_, name)
        return function(_, ...) return host.ports.fs[name](host.ports.fs, ...) end
      end })
    end

    it("ends when it is a build, says why in the space kept back, and does not pass for a success", function()
      host.ports.reserve:keep()
      full(function() return host.ports.fs:stat "run/reserve" ~= nil end)
      host:program("left4me", "echo so much; sleep 1000")
      local job = finished(start("build_overlay", scene:overlay "o"))
      assert.same({ "failed", 74 }, { job.state, job.exit_code })
      assert.equal("E The disk is full: the job was ended.\n", host:log_of(job.id))
    end)

    it("goes on when it works on a server: a stop must stop", function()
      full(function() return true end)
      assert.equal("succeeded", finished(start("stop", scene:server "s")).state)
    end)

    it("has its result written as soon as the space kept back is given up", function()
      local tries, transaction = 0, host.ports.db.transaction
      host.ports.db = setmetatable({ transaction = function(_, ...)
        tries = tries + 1
        if host.ports.fs:stat "run/reserve" then
          error { code = "SQLITE_FULL", message = "database or disk is full" }
        end
        return transaction(host.scene.d, ...)
      end }, { __index = function(_, name)
        return function(_, ...) return host.scene.d[name](host.scene.d, ...) end
      end })
      host.ports.reserve:keep()
      local id = start "install"
      host:until_true("the first try", function() return tries == 1 end)
      assert.equal("running", store.jobs:get(id).state)
      host.ports.clock.skip(1000)
      assert.equal("succeeded", finished(id).state)
    end)
  end)
end)
