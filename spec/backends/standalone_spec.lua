-- The standalone backend: what every backend promises, and what its supervisors promise beyond.
local fixture = require "spec.support.instance"
local proc = require "host.proc"
local runtime = require "host.runtime"
local shared = require "spec.backends.shared"
local standalone = require "backends.standalone"
local state = require "backends.standalone.state"

local eventually = fixture.eventually

local function open(host, stop_ms)
  return assert(standalone.new {
    root = host.root,
    supervisor = { runtime.executable, "lua", runtime.share_dir .. "/spec/support/supervise.lua",
      ("%d"):format(stop_ms or 15000) },
  })
end

shared(_ENV, "The standalone backend", open)

describe("A supervisor", function()
  local host, backend
  before_each(function()
    host = fixture.new()
    backend = open(host)
  end)
  after_each(function()
    for _, name in ipairs(host.names) do backend:stop(name) end
    host:remove()
  end)

  local function record(name)
    return state.read(host.dir, name)
  end

  local function console(name)
    local log = backend:log(name)
    local path = log and log.path
    return path and host.dir:read(path:sub(#host.root + 2), 1 << 24) or ""
  end

  local function says(name, text)
    eventually("the console says " .. text, function() return console(name):find(text, 1, true) end)
  end

  it("is one, however many starts come at once", function()
    local name = host:instance {}
    local env = runtime.environ()
    env.LEFT4ME_ROOT = host.root
    local starts = {}
    for i = 1, 4 do
      starts[i] = assert(proc.spawn {
        argv = { runtime.executable:gsub("[^/]*$", "l4d2ctl"), "start", name }, env = env,
        stdin = "null", stdout = "null", stderr = "inherit",
      })
    end
    for _, start in ipairs(starts) do
      assert.same({ kind = "exit", code = 0 }, eventually("a start's end", function() return start:wait() end))
      start:close()
    end
    assert.equal(1, #host:processes())
    says(name, "up on port")
    assert.equal(1, select(2, console(name):gsub("up on port", "")))
  end)

  it("holds its game to as many tasks as its unit would", function()
    local name = host:instance {}
    assert.is_true(backend:start(name))
    local limits <close> = assert(io.open(("/proc/%d/limits"):format(backend:status(name).pid)))
    assert.matches("Max processes +256 +256 ", limits:read "a")
  end)

  it("takes its game with it when it is killed, and the status says so", function()
    local name = host:instance {}
    assert.is_true(backend:start(name))
    local pid = backend:status(name).pid
    os.execute("kill -KILL " .. record(name).supervisor.pid)
    eventually("the game's end", function() return not fixture.alive(pid) end)
    assert.equal("running", record(name).state)
    eventually("a true status", function() return backend:status(name).state == "stopped" end)
    assert.equal("failed", backend:status(name).active)
    assert.is_true(backend:start(name))
    assert.equal("running", backend:status(name).state)
  end)

  it("starts no game that nobody could stop, as its status cannot be written", function()
    local name = host:instance {}
    host.dir:mkdirs("run/servers/one.json")
    local ok, message = backend:start(name)
    assert.is_nil(ok)
    assert.matches("one.json", message)
    eventually("the supervisor's end", function() return #host:processes() == 0 end)
  end)

  it("writes its status as soon as that can be written again", function()
    local name = host:instance {}
    assert.is_true(backend:start(name))
    says(name, "up on port")
    local log, pid = backend:log(name).path:sub(#host.root + 2), backend:status(name).pid
    host.dir:remove("run/servers/one.json")
    host.dir:mkdirs("run/servers/one.json")
    os.execute(("kill -KILL %d"):format(pid))
    eventually("the game's second start", function()
      return select(2, host.dir:read(log, 1 << 20):gsub("up on port", "")) == 2
    end)
    host.dir:remove("run/servers/one.json")
    eventually("a true status", function() return backend:status(name).restarts == 1 end)
    assert.equal("running", backend:status(name).state)
  end)

  it("is not believed by its pid alone", function()
    local name = host:instance {}
    state.write(host.dir, name, {
      state = "running", supervisor = { pid = (runtime.ids()), start_time = 1 },
      game = { pid = (runtime.ids()), start_time = 1 }, since = 1, invocation = ("0"):rep(32), restarts = 0,
    })
    assert.equal("stopped", backend:status(name).state)
    assert.is_true(backend:stop(name))
    host.dir:write("run/servers/one.json", "{ half")
    assert.equal("stopped", backend:status(name).state)
    assert.is_true(backend:stop(name))
  end)

  it("stopped while it waits to start a crashed game again is stopped at once", function()
    local name = host:instance { arguments = { "crash-always" } }
    backend:start(name)
    assert.is_true(backend:stop(name))
    assert.equal("stopped", backend:status(name).state)
  end)

  it("says in the log why a game is started again and given up", function()
    local name = host:instance { arguments = { "crash-always" } }
    backend:start(name)
    eventually("giving up", function() return backend:status(name).active == "failed" end)
    assert.truthy(console(name):find("[left4me] the game ended with code 1: starting it again in 0.03 s", 1, true))
    assert.truthy(console(name):find("3 times within 60 s: giving up", 1, true))
    assert.equal("code 1", backend:status(name).exit)
    assert.equal(2, backend:status(name).restarts)
  end)

  it("keeps the game away from the rest of the state directory", function()
    host.dir:write("left4me.db", "the secret")
    local name = host:instance { arguments = { "look-for", host.root .. "/left4me.db" } }
    assert.is_true(backend:start(name))
    says(name, "it is not there")
  end)

  it("keeps a bounded log at unchanged offsets, over-long lines cut", function()
    local name = host:instance { arguments = { "flood" } }
    assert.is_true(backend:start(name))
    says(name, "the flood is over")
    local text = console(name)
    assert.truthy(#text > 500000)
    assert.equal("\0", text:sub(1, 1))
    assert.truthy(text:find("x … [cut]\n", 1, true))
    local path = backend:log(name).path:sub(#host.root + 2)
    assert.truthy(host.dir:stat(path).blocks * 512 < 200000)
  end)

  it("removes the logs of runs long past", function()
    local name = host:instance { arguments = { "exit-clean" } }
    for _ = 1, 5 do
      backend:start(name)
      eventually("the end", function() return backend:status(name).state == "stopped" end)
    end
    assert.equal(3, #host.dir:list("logs/servers/one"))
  end)
end)
