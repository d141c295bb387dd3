-- builders.script: a build sees its overlay, ends when it must, and leaves nothing behind.
local fixture = require "spec.support.instance"
local fs = require "host.fs"
local hostile = require "spec.support.hostile"
local proc = require "host.proc"
local runtime = require "host.runtime"
local scratch = require "spec.support.scratch"
local standalone = require "backends.standalone"

local eventually = fixture.eventually

-- Each build runs in a process of its own, as it takes over that process's signals.
local BUILD = [[
local root, id, wall_ms, disk_bytes = ...
local dir = assert(require("host.fs").root(root))
id = math.tointeger(tonumber(id))
local sandbox = require("builders.bubblewrap").new {
  root = root, dir = dir, id = id, script = assert(dir:read("script", 1 << 20)),
  wall_ms = math.tointeger(tonumber(wall_ms)),
}
local code, err = require("builders.script").build(dir, id, sandbox, {
    step = function(text) io.stdout:write("Step: ", text, "\n"):flush() end,
    complain = function(text) io.stderr:write(text, "\n") end,
    measured = function(usage) io.stdout:write("measured ", usage and usage.files or "nothing", "\n"):flush() end,
    limits = { disk_bytes = math.tointeger(tonumber(disk_bytes)) },
  })
if not code then io.stderr:write(err, "\n") end
return code or 1
]]

describe("A script build", function()
  local host
  before_each(function()
    host = fixture.new()
    host.dir:write("build.lua", BUILD)
  end)
  after_each(function() host:remove() end)

  local function argv(script, limits)
    host.dir:write("script", script)
    return { runtime.executable, "lua", host.root .. "/build.lua", host.root, "3",
      tostring(limits and limits.wall_ms or 60000), tostring(limits and limits.disk_bytes or 1 << 30) }
  end

  local function build(script, limits, env)
    return assert(proc.run { argv = argv(script, limits), timeout_ms = 30000, env = env })
  end

  it("runs with its steps, its output and its exit code", function()
    local result = build "echo to stdout; echo to stderr >&2; exit 3"
    assert.equal(3, result.code)
    assert.matches("Step: [^\n]+\nStep: [^\n]+\nto stdout\n", result.stdout)
    assert.matches("to stderr", result.stderr)
    assert.is_nil(result.stdout:match("Step: [^\n]*/"))
  end)

  it("is measured when it succeeds, when it fails, when it is too large; without rights it is unknown", function()
    assert.matches("\nmeasured 2\n", build("touch a; ln a b; touch c").stdout)
    assert.matches("\nmeasured 3\n", build("touch d; exit 3").stdout)
    assert.matches("\nmeasured 4\n", build("head -c 100000 /dev/zero >e", { wall_ms = 60000, disk_bytes = 1 }).stdout)
    local locked = build "mkdir locked; chmod 0 locked"
    assert.matches(select(2, runtime.ids()) == 0 and "\nmeasured 4\n" or "\nmeasured nothing\n", locked.stdout)
  end)

  it("writes into its overlay, and the files belong to whoever runs left4me", function()
    local result = build "mkdir -p left4dead2/cfg; echo x >left4dead2/cfg/a.cfg; pwd; echo $OVERLAY $HOME"
    assert.equal(0, result.code, result.stderr)
    assert.matches("/overlay\n/overlay /tmp\n", result.stdout)
    local _, uid = runtime.ids()
    assert.equal(uid, host.dir:stat("overlays/3/left4dead2/cfg/a.cfg").uid)
    assert.is_nil(host.dir:stat("run/builds/3/script.sh"))
  end)

  it("sees neither the state directory nor other overlays nor the host's people", function()
    host.dir:mkdirs("overlays/4")
    host.dir:write("left4me.db", "x")
    local result = build(([[for path in /home /etc/passwd %s/left4me.db %s/overlays/4; do
      [ -e "$path" ] && [ -n "$(ls -A "$path" 2>/dev/null || echo file)" ] && echo "sees $path"; done
      exit 0]]):format(host.root, host.root))
    assert.equal(0, result.code)
    assert.is_nil(result.stdout:find("sees", 1, true), result.stdout)
  end)

  it("sees nothing of who runs it: no environment, no command line, no program to change", function()
    local env = runtime.environ()
    env.SOME_TOKEN = "let me in"
    local result = build([[
      for file in /proc/[0-9]*/environ /proc/[0-9]*/cmdline; do tr '\0' '\n' <$file; done
      readlink /proc/[0-9]*/exe
      chmod 0755 /proc/1/exe 2>/dev/null && echo "changes a program"
      exit 0]], nil, env)
    assert.equal(0, result.code, result.stderr)
    for _, word in ipairs { "SOME_TOKEN", "let me in", host.root, "bwrap", "left4me", "changes" } do
      assert.is_nil(result.stdout:find(word, 1, true), word .. " in " .. result.stdout)
    end
  end)

  it("writes nowhere in /proc, where some of root's files obey any process of root's", function()
    local result = build [[find /proc -writable -type f 2>/dev/null
      { echo >/proc/self/comm; } 2>/dev/null && echo comm; exit 0]]
    assert.is_nil(result.stdout:find("/proc/", 1, true) or result.stdout:find("comm", 1, true), result.stdout)
  end)

  it("is kept from what no namespace divides: kernel keys, and calls that are ways into the kernel", function()
    local calls = hostile.calls()
    if not calls then return pending "the calls are those of x86-64" end
    assert.is_nil(build(calls).stdout:find("could", 1, true))
  end)

  it("is kept from the host's abstract Unix sockets", function()
    if not require("host.ns").divides_sockets() then return pending "this takes Linux 6.12 with Landlock" end
    local listener <close>, connect = hostile.listen(host.root)
    assert.matches("no: Operation not permitted", build(connect).stdout, 1, true)
    assert.truthy(listener)
  end)

  it("has no place in memory that grows without end, nor one for set-user-ID programs or devices", function()
    local text = build(hostile.unbounded .. "\n" .. hostile.powers
      .. "; echo seen; touch /dev/shm/x /tmp/x /run/x && echo fine").stdout
    assert.is_nil(text:find("could", 1, true), text)
    assert.matches("seen\nfine", text, 1, true)
  end)

  it("is refused when the overlay is larger than allowed afterwards", function()
    local result = build("head -c 3M /dev/urandom >big", { disk_bytes = 1 << 20 })
    assert.equal(1, result.code)
    assert.matches("disk-cap-exceeded", result.stderr, 1, true)
  end)

  it("is refused when it hides directories from measuring, as it could be of any size", function()
    local words = scratch.without_capabilities(argv "mkdir -m 0 hidden")
    local result = assert(proc.run { argv = words, timeout_ms = 30000 })
    assert.equal(1, result.code)
    assert.matches("1 directories of the overlay may not be read", result.stderr, 1, true)
  end)

  it("leaves nothing running when its script ends, whoever left its session", function()
    local result = build "(trap '' HUP; setsid sleep 7654) & setsid -f sleep 7654; echo ended"
    assert.equal(0, result.code, result.stderr)
    assert.matches("ended", result.stdout, 1, true)
    assert.equal("", proc.run { argv = { "pgrep", "-f", "sleep 7654" }, timeout_ms = 5000 }.stdout)
  end)

  it("that forks without end is held to 512 tasks, which ends nothing but itself", function()
    local words = argv [[perl -e 'my $n = 0;
      while (defined(my $pid = fork)) { $pid or sleep 60; last if ++$n > 600 } print "$n forks: $!\n"']]
    proc.run { argv = { "chown", "-R", "65534:65534", host.root }, timeout_ms = 5000 }
    -- The kernel does not count root's.
    local result = assert(proc.run { argv = scratch.as_nobody(words), timeout_ms = 30000 })
    local forks = tonumber(result.stdout:match "(%d+) forks: Resource temporarily")
    assert.truthy(forks and forks > 400 and forks < 512, result.stdout .. result.stderr)
  end)

  it("ends at its wall clock with everything it started", function()
    local result = build("(trap '' TERM; setsid sleep 5432) & trap '' TERM; sleep 5432", { wall_ms = 300 })
    assert.equal(124, result.code)
    assert.matches("longest", result.stderr)
    assert.equal("", proc.run { argv = { "pgrep", "-f", "sleep 5432" }, timeout_ms = 5000 }.stdout)
  end)

  it("ends by TERM with everything it started, before its process ends", function()
    local child <close> = assert(proc.spawn {
      argv = argv "trap '' TERM INT; (trap '' TERM; setsid sleep 6543) & echo ready; sleep 6543",
      stdin = "null", stdout = "pipe", stderr = "inherit", session = true,
    })
    local heard = ""
    eventually("the script's word", function()
      heard = heard .. (child:read("stdout", 4096) or "")
      return heard:find("ready", 1, true)
    end)
    child:kill("TERM", { group = true })
    assert.same({ kind = "exit", code = 143 }, eventually("the build's end", function() return child:wait() end))
    assert.equal("", proc.run { argv = { "pgrep", "-f", "sleep 6543" }, timeout_ms = 5000 }.stdout)
    assert.is_nil(host.dir:stat("run/builds/3"))
  end)

  it("says what to install when there is no bubblewrap", function()
    local env = runtime.environ()
    env.PATH = "/nonexistent"
    local result = build("true", nil, env)
    assert.equal(1, result.code)
    assert.matches("apt install bubblewrap", result.stderr, 1, true)
  end)
end)

describe("A wipe", function()
  it("empties the overlay, whatever is in it, and only that", function()
    local host <close> = fixture.new()
    local backend = assert(standalone.new { root = host.root })
    host.dir:mkdirs("overlays/3/a/b")
    host.dir:write("overlays/3/a/b/file", "x")
    host.dir:symlink("/etc", "overlays/3/link")
    host.dir:mkdirs("overlays/33")
    host.dir:write("overlays/33/file", "x")
    assert.is_true(backend:wipe(3))
    assert.same({}, host.dir:list("overlays/3"))
    assert.truthy(host.dir:stat("overlays/33/file"))
    assert.truthy(assert(fs.root("/etc")):stat("ssl"))
    assert.is_true(backend:wipe(3))
    assert.is_true(backend:wipe(999))
  end)

  it("touches nothing while a build of the overlay runs, nor a build anything while a wipe does", function()
    local host <close> = fixture.new()
    local backend = assert(standalone.new { root = host.root })
    host.dir:mkdirs("overlays/3")
    host.dir:mkdirs("run/builds")
    host.dir:write("overlays/3/file", "x")
    local lock = assert(host.dir:lock("run/builds/3.lock", "build"))
    assert.equal("busy", select(3, backend:wipe(3)))
    assert.equal("busy", select(3, backend:build(3, "rm file", {})))
    assert.truthy(host.dir:stat("overlays/3/file"))
    lock:close()
    assert.is_true(backend:wipe(3))
  end)

  it("and the overlay's discarding leave no file of it", function()
    local host <close> = fixture.new()
    local backend = assert(standalone.new { root = host.root })
    host.dir:mkdirs("overlays/3/a")
    assert.is_true(backend:wipe(3))
    assert.is_true(backend:discard(3))
    assert.same({}, host.dir:list("overlays"))
    assert.is_nil(host.dir:stat("run/builds/3.lock"))
    assert.is_true(backend:discard(3))
  end)

  it("removes nothing when that is not permitted, which is asked while nobody else can be at it", function()
    local host <close> = fixture.new()
    local backend = assert(standalone.new { root = host.root })
    host.dir:mkdirs("overlays/3/a")
    local held
    assert.equal("refused", select(3, backend:wipe(3, function()
      held = select(2, host.dir:lock("run/builds/3.lock", "build"))
      return false
    end)))
    assert.equal("wipe", held)
    assert.truthy(host.dir:stat("overlays/3/a"))
    assert.is_true(backend:wipe(3, function() return true end))
    assert.is_nil(host.dir:stat("overlays/3/a"))
  end)

  it("is run as its caller wants it run", function()
    local host <close> = fixture.new()
    local ran
    host.dir:mkdirs("overlays/3")
    local backend = assert(standalone.new { root = host.root, run = function(options)
      ran = options.argv
      return { kind = "exit", code = 1, stderr = "no" }
    end })
    assert.same({ "the overlay could not be emptied: no", "wipe_failed" }, { select(2, backend:wipe(3)) })
    assert.equal("bwrap", ran[1])
  end)

  it("empties also what a build took its own rights away from", function()
    local host <close> = fixture.new()
    local backend = assert(standalone.new { root = host.root })
    host.dir:mkdirs("overlays/3/a/b/c")
    host.dir:write("overlays/3/a/b/c/file", "x")
    for _, path in ipairs { "a/b/c", "a/b", "a", "." } do
      proc.run { argv = { "chmod", "0", host.root .. "/overlays/3/" .. path }, timeout_ms = 5000 }
    end
    assert.is_true(backend:wipe(3))
    assert.same({}, host.dir:list("overlays/3"))
  end)

  it("empties also a tree deeper than any path, with its rights taken away at the bottom", function()
    local host <close> = fixture.new()
    local backend = assert(standalone.new { root = host.root })
    host.dir:mkdirs("overlays/3")
    assert.equal(0, proc.run { argv = { "perl", "-e", [[
      my $name = "d" x 200;
      for (1 .. 1000) { mkdir $name and chdir $name or die "$!" }
      mkdir "e"; chmod 0, "e", "."]] }, cwd = host.root .. "/overlays/3", timeout_ms = 20000 }.code)
    assert.is_true(backend:wipe(3))
    assert.same({}, host.dir:list("overlays/3"))
  end)

  it("goes on where it was when there was too much for one go", function()
    local host <close> = fixture.new()
    host.dir:mkdirs("overlays/3")
    host.dir:write("overlays/3/file", "x")
    local sandbox = require("builders.bubblewrap").new { root = host.root, dir = host.dir, id = 3 }
    local _, message, code = require("builders.script").wipe(host.dir, 3, sandbox, { limits = { wipe_ms = 0 } })
    assert.equal("unfinished", code)
    assert.matches("do it again", message)
    assert.is_true(assert(standalone.new { root = host.root }):wipe(3))
    assert.same({}, host.dir:list("overlays/3"))
  end)

  it("waits for no other one and no build, as whoever asks has a state of the service meanwhile", function()
    local host <close> = fixture.new()
    local backend = assert(standalone.new { root = host.root })
    host.dir:mkdirs("overlays/3")
    host.dir:mkdirs("run/builds")
    for _, name in ipairs { "wipe", "3" } do
      local held <close> = assert(host.dir:lock("run/builds/" .. name .. ".lock", "held"))
      assert.equal("busy", select(3, backend:wipe(3)))
      assert.truthy(held)
    end
    assert.is_true(backend:wipe(3))
  end)
end)
