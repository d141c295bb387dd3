-- l4d2ctl alone takes a server through its life: start, status, logs, stop, reset, delete.
local ctl = require "spec.support.ctl"
local fixture = require "spec.support.instance"
local json = require "host.json"
local proc = require "host.proc"
local runtime = require "host.runtime"

local eventually = fixture.eventually

describe("l4d2ctl", function()
  local host
  before_each(function() host = fixture.new() end)
  after_each(function()
    for _, name in ipairs(host.names) do ctl.run(host.root, { "delete", name }) end
    host:remove()
  end)

  local function run(...)
    return ctl.run(host.root, { ... })
  end

  local function works(...)
    local result = run(...)
    assert.equal(0, result.code, table.concat({ ... }, " ") .. ": " .. result.stderr)
    return result.stdout
  end

  local function status(name)
    return json.decode(works("status", name, "--json"))
  end

  local function says(name, text)
    eventually("the log says " .. text, function()
      return works("logs", name, "--lines", "1000"):find(text, 1, true)
    end)
  end

  it("starts, shows, stops and deletes a server, and leaves nothing of it", function()
    local name = host:instance {}
    assert.equal("Step: stage the cfg files\nStep: start the server\n", works("start", name))
    local now = status(name)
    assert.equal("running", now.state)
    for _, key in ipairs { "active", "sub", "pid", "since", "invocation", "memory", "cpu_usec" } do
      assert.not_equal(json.null, now[key], key)
    end
    assert.matches("^one: running", works("status", name))
    assert.equal("Step: the server runs already\n", works("start", name))
    says(name, "up on port")
    assert.equal("Step: stop the server\n", works("stop", name))
    assert.equal("stopped", status(name).state)
    works("stop", name)
    assert.equal("Step: stop the server\nStep: remove its files\n", works("delete", name))
    for _, path in ipairs { "instances/one", "runtime/one", "logs/servers/one", "run/servers/one.json" } do
      assert.is_nil(host.dir:stat(path), path)
    end
    assert.same({}, host:processes())
    works("delete", name)
  end)

  it("start waits for the end of a wipe of one of its overlays", function()
    host.dir:mkdirs("overlays/3")
    host.dir:mkdirs("run/builds")
    local lock = assert(host.dir:lock("run/builds/3.lock", "wipe"))
    local name = host:instance { layers = { "3" } }
    local env, said = runtime.environ(), ""
    env.LEFT4ME_ROOT = host.root
    local child <close> = assert(proc.spawn { argv = { ctl.program, "start", name }, env = env, stdin = "null",
      stdout = "pipe", stderr = "inherit" })
    local function hears(text)
      eventually(text, function()
        said = said .. (child:read("stdout", 4096) or "")
        return said:find(text, 1, true)
      end)
    end
    hears "Step: wait for the wipe of overlay 3\n"
    assert.equal("stopped", status(name).state)
    lock:close()
    hears "Step: stage the cfg files\nStep: start the server\n"
    assert.same({ kind = "exit", code = 0 }, eventually("its end", function() return child:wait() end))
    assert.equal("running", status(name).state)
  end)

  it("reset ends a running server, removes its files and keeps its logs", function()
    local name = host:instance {}
    works("start", name)
    says(name, "wrote")
    works("reset", name)
    assert.is_nil(host.dir:stat("instances/one"))
    assert.is_nil(host.dir:stat("runtime/one"))
    assert.equal("stopped", status(name).state)
    says(name, "wrote")
    works("reset", name)
    works("reset", "never-was")
  end)

  it("cleans up a half-made instance", function()
    host.dir:mkdirs("runtime/half/upper")
    host.dir:write("runtime/half/upper/x", "x")
    works("delete", "half")
    assert.is_nil(host.dir:stat("runtime/half"))
  end)

  it("says what to do when there is no instance, or its file is not ours", function()
    local result = run("start", "absent")
    assert.equal(1, result.code)
    assert.matches("l4d2ctl initialize absent", result.stderr, 1, true)
    host:instance { name = "bad" }
    host.dir:write("instances/bad/instance.env", "L4D2_PORT=1\nLD_PRELOAD=/x\n")
    result = run("start", "bad")
    assert.equal(1, result.code)
    assert.matches("line 2", result.stderr, 1, true)
  end)

  it("stages server.cfg and aliased overlays' cfg into the upper layer before the mount", function()
    local name = host:instance {
      layers = { "high", "low" }, server_cfg = "exec low_cfg\n",
      aliases = { { alias = "low_cfg", layer = "low" }, { alias = "high_cfg", layer = "high" } },
    }
    host.dir:mkdirs("overlays/high")
    host.dir:mkdirs("overlays/low/left4dead2/cfg")
    host.dir:write("overlays/low/left4dead2/cfg/server.cfg", "from low\n")
    host.dir:mkdirs("runtime/one/upper/left4dead2/cfg")
    host.dir:write("runtime/one/upper/left4dead2/cfg/high_cfg.cfg", "from an earlier start")
    works("start", name)
    local cfg = "runtime/one/upper/left4dead2/cfg/"
    assert.equal("exec low_cfg\n", host.dir:read(cfg .. "server.cfg", 100))
    assert.equal("from low\n", host.dir:read(cfg .. "low_cfg.cfg", 100))
    assert.is_nil(host.dir:stat(cfg .. "high_cfg.cfg"))
  end)

  it("follows no link a build or a game planted while staging", function()
    local name = host:instance { layers = { "low" }, aliases = { { alias = "low_cfg", layer = "low" } } }
    host.dir:mkdirs("overlays/low/left4dead2/cfg")
    host.dir:write("secret", "the secret")
    host.dir:symlink("../../../../secret", "overlays/low/left4dead2/cfg/server.cfg")
    local result = run("start", name)
    assert.equal(1, result.code)
    assert.matches("overlay low", result.stderr, 1, true)
    host.dir:remove("overlays/low/left4dead2/cfg/server.cfg")
    host.dir:mkdirs("elsewhere")
    host.dir:remove_tree("runtime/one/upper/left4dead2")
    host.dir:symlink("../../../elsewhere", "runtime/one/upper/left4dead2")
    assert.equal(1, run("start", name).code)
    assert.same({}, host.dir:list("elsewhere"))
  end)

  it("logs shows the last lines of this run only", function()
    local name = host:instance {}
    assert.equal("", works("logs", name))
    works("start", name)
    says(name, "wrote")
    assert.equal("wrote\n", works("logs", name, "--lines", "1"))
    assert.equal("", works("logs", name, "--lines", "0", "--no-follow"))
    assert.matches("^args:", works("logs", name, "--lines", "1000"))
    works("stop", name)
    assert.equal("[left4me] the server was stopped\n", works("logs", name, "-n", "1"))
    works("start", name)
    assert.is_nil(works("logs", name, "--lines", "1000"):find("was stopped", 1, true))
  end)

  it("logs shows terminal sequences and does not send them", function()
    local name = host:instance {}
    works("start", name)
    works("stop", name)
    local run_log = host.dir:list("logs/servers/one")[1].name
    host.dir:append("logs/servers/one/" .. run_log):write "\27]0;player\7\27[2J\r\n"
    assert.equal("\\x1b]0;player\\x07\\x1b[2J\n", works("logs", name, "-n", "1"))
  end)

  it("logs --follow goes on through a crash and ends with the run", function()
    local name = host:instance {}
    works("start", name)
    local follower <close> = assert(proc.spawn {
      argv = { ctl.program, "--root", host.root, "logs", name, "--follow" },
      stdin = "null", stdout = "pipe", stderr = "inherit",
    })
    local heard = ""
    local function hears(text)
      eventually("the follower hears " .. text, function()
        heard = heard .. (follower:read("stdout", 65536) or "")
        return heard:find(text, 1, true)
      end)
    end
    hears "up on port"
    works("stop", name)
    hears "the server was stopped"
    assert.same({ kind = "exit", code = 0 }, eventually("the follower's end", function() return follower:wait() end))
  end)

  it("logs --follow ends when its reader is gone", function()
    local name = host:instance {}
    works("start", name)
    local follower <close> = assert(proc.spawn {
      argv = { "bash", "-c", '"$0" "$@" | head -n 1', ctl.program, "--root", host.root, "logs", name, "--follow" },
      stdin = "null", stdout = "null", stderr = "inherit",
    })
    eventually("the follower's end", function() return follower:wait() end)
  end)
end)
