-- host.ns: what a program in its own namespaces sees and may, and how it ends.
local clock = require "host.clock"
local descriptors = require "spec.support.descriptors"
local hostile = require "spec.support.hostile"
local loop = require "host.loop"
local ns = require "host.ns"
local proc = require "host.proc"
local runtime = require "host.runtime"
local sandbox = require "domain.sandbox"
local scratch = require "spec.support.scratch"

local DEADLINE_MS <const> = 20000

-- A view with the system in it and one directory that can be written.
local function view(s)
  s:fill { ["view/"] = "", ["data/"] = "" }
  local root = s.path .. "/view"
  local plan = { { op = "tmpfs", to = root, size = 1 << 20, mode = 493 } }
  for _, name in ipairs { "bin", "lib", "lib64", "usr" } do
    table.insert(plan, { op = "bind", from = "/" .. name, to = root .. "/" .. name, ro = true, optional = true })
  end
  for _, op in ipairs {
    { op = "proc", to = root .. "/proc" }, { op = "dev", to = root .. "/dev" },
    { op = "bind", from = s.path .. "/data", to = root .. "/data" },
    { op = "pivot", to = root }, { op = "readonly", to = "/" },
  } do table.insert(plan, op) end
  return plan
end

local function spawn(s, script, more)
  local options = {
    argv = { "/bin/bash", "-c", script }, env = { PATH = "/usr/bin:/bin" }, cwd = "/", mounts = view(s),
    hostname = "inside", uid = 980, gid = 981, stdout = "pipe", stderr = "stdout",
  }
  for key, value in pairs(more or {}) do options[key] = value end
  return ns.spawn(options)
end

local function read_until(child, pattern, sofar)
  local text = sofar or ""
  local poll <close> = loop.new()
  poll:add(child:fd("stdout"), "r", true)
  local deadline = clock.monotonic() + DEADLINE_MS
  while not text:find(pattern) do
    assert(clock.monotonic() < deadline, "waited in vain for " .. pattern .. " in: " .. text)
    poll:wait(100)
    local data, why = child:read("stdout")
    if data then text = text .. data end
    if why == "eof" then break end
  end
  return text
end

local function ended(child)
  local poll <close> = loop.new()
  poll:add(child:pidfd(), "r", true)
  assert(#poll:wait(DEADLINE_MS) == 1, "the namespace did not end")
  return child:wait()
end

local function run(s, script, more)
  local child <close> = assert(spawn(s, script, more))
  local text = read_until(child, "\0")
  return text, ended(child)
end

local function first_child(pid)
  local deadline = clock.monotonic() + DEADLINE_MS
  while clock.monotonic() < deadline do
    local file <close> = assert(io.open(("/proc/%d/task/%d/children"):format(pid, pid)))
    local child = math.tointeger(tonumber(file:read("a"):match("%d+")))
    if child then return assert(proc.adopt(child, assert(proc.start_time(child)))) end
  end
  error("no child appeared")
end

describe("A program in namespaces of its own", function()
  local s
  before_each(function() s = scratch.new() end)
  after_each(function() s:remove() end)

  it("is who it was told to be, on a host of its own name, in a view of its own", function()
    local text = run(s, "id -u; id -g; uname -n; pwd; ls /; cat /proc/1/comm")
    assert.equal("980\n981\ninside\n/\nbin\ndata\ndev\nlib\nlib64\nproc\nusr\nleft4me-init\n", text)
  end)

  it("has no capability, gains none, and cannot make a namespace or a mount", function()
    local text = run(s, [[
      grep -E '^Cap|NoNewPrivs' /proc/self/status
      for try in 'unshare -U true' 'mount -t tmpfs none /data' 'umount /data' 'mount -o remount,rw /usr' \
          'touch /x' 'touch /usr/x'; do
        $try 2>/dev/null && echo "could $try"
      done; true]])
    for value in text:gmatch("Cap%a+:%s+(%x+)") do assert.equal(("0"):rep(16), value) end
    assert.equal(5, select(2, text:gsub("Cap%a+:", "")))
    assert.truthy(text:find "NoNewPrivs:%s+1")
    assert.is_nil(text:find "could")
  end)

  it("has a first process that keeps nothing of what its caller allocated", function()
    local child <close> = assert(spawn(s, "echo here; exec sleep 60"))
    read_until(child, "here")
    local poll <close> = loop.new()
    local deadline = clock.monotonic() + DEADLINE_MS
    local kept
    repeat
      local maps <close> = io.open(("/proc/%d/maps"):format(child:pid())) -- root alone may look
      kept = maps and (maps:read("a") or ""):find("[heap]", 1, true)
      poll:wait(5)
    until not kept or clock.monotonic() > deadline
    child:kill("KILL")
    ended(child)
    assert.is_nil(kept)
  end)

  it("sees only its own processes and none of our descriptors", function()
    local held <close> = assert(io.open("/etc/hostname"))
    local text = run(s, "ls -d /proc/[0-9]* | wc -l; ls /proc/self/fd | tr '\\n' ' '")
    assert.truthy(held)
    local processes, ours = text:match("^(%d+)\n(.*)$")
    assert.is_true(tonumber(processes) <= 4, processes)
    assert.equal("0 1 2 3 ", ours) -- 3 is the listing's own
  end)

  it("sees nothing of its first process's environment, memory, descriptors and file, nor changes them", function()
    local text = run(s, [[
      for name in environ maps mem auxv exe cwd root; do
        [ -r /proc/1/$name ] && head -c 1 /proc/1/$name >/dev/null 2>&1 && echo "reads $name"
      done
      readlink /proc/1/fd/* && echo "sees descriptors"
      { echo >/proc/1/fd/0; } 2>/dev/null && echo "writes to a descriptor"
      chmod --changes 0755 /proc/1/exe 2>/dev/null && echo "changes the program's file"; true]])
    assert.equal("", text)
  end)

  it("writes nowhere in /proc, where some of root's files obey any process of root's", function()
    local text = run(s, [[find /proc -writable -type f 2>/dev/null
      { echo >/proc/self/comm; } 2>/dev/null && echo comm; true]])
    assert.equal("", text)
  end)

  it("is kept from what no namespace divides: kernel keys, and calls that are ways into the kernel", function()
    local calls = hostile.calls()
    if not calls then return pending "the calls are those of x86-64" end
    assert.equal("", (run(s, calls)))
  end)

  it("is kept from it as a 32-bit program, too", function()
    s:fill { ["data/asks"] = hostile.program_of_32_bits() }
    s.dir:chmod("data/asks", 493)
    local _, exit = run(s, "/data/asks; code=$?; [ $code = 126 ] || exit $code")
    if exit.code == 0 then return pending "this kernel runs no 32-bit programs" end
    assert.same({ kind = "exit", code = 1 }, exit) -- EPERM
  end)

  it("is kept from the host's abstract Unix sockets", function()
    if not ns.divides_sockets() then return pending "this takes Linux 6.12 with Landlock" end
    local listener <close>, connect = hostile.listen(s.path)
    assert.equal("could connect\n", proc.run { argv = { "bash", "-c", connect }, timeout_ms = 5000 }.stdout)
    assert.equal("no: Operation not permitted\n", (run(s, connect)))
    assert.truthy(listener)
  end)

  it("writes what its caller owns outside", function()
    local _, exit = run(s, "id -u >/data/mine")
    assert.same({ kind = "exit", code = 0 }, exit)
    assert.equal("980\n", s.dir:read("data/mine", 99))
    assert.equal(s.dir:stat("data").uid, s.dir:stat("data/mine").uid)
  end)

  it("has its devices, whole and harmless", function()
    local text = run(s, [[
      echo x >/dev/null && head -c 4 /dev/zero | wc -c && head -c 4 /dev/urandom | wc -c
      echo y | tee /dev/stdout; test -d /dev/shm && echo >/dev/shm/z && echo shm; ls /dev | tr '\n' ' ']])
    assert.equal("4\n4\ny\ny\nshm\nfd full null random shm stderr stdin stdout tty urandom zero ", text)
  end)

  it("is held to the limits it is given, never above ours", function()
    local text = run(s, "ulimit -n; ulimit -c; ulimit -f", { rlimits = { nofile = 123, core = 0, fsize = 2048 } })
    assert.equal("123\n0\n2\n", text)
  end)

  it("tells its end as if it were the program's", function()
    local _, exit = run(s, "exit 7")
    assert.same({ kind = "exit", code = 7 }, exit)
    _, exit = run(s, "kill -SEGV $$")
    assert.same({ kind = "signal", code = 139, signal = "SEGV" }, exit)
  end)

  it("gets signals passed on, to every process in there", function()
    local child <close> = assert(spawn(s, [[
      trap 'wait; echo asked; exit 3' TERM
      bash -c "trap 'echo child asked; exit 0' TERM; echo ready; while :; do sleep 0.01; done" &
      while :; do sleep 0.01; done]]))
    local text = read_until(child, "ready\n")
    assert(child:kill("TERM"))
    text = read_until(child, "\0", text)
    assert.truthy(text:find("child asked", 1, true))
    assert.truthy(text:find("\nasked", 1, true))
    assert.same({ kind = "exit", code = 3 }, ended(child))
  end)

  it("ends whole when it is killed, whatever it ignores and whoever left the session", function()
    local child <close> = assert(spawn(s, [[
      trap '' INT TERM HUP
      setsid bash -c "trap '' INT TERM HUP; echo \$\$ >/data/pid; while :; do sleep 0.01; done" &
      while [ ! -s /data/pid ]; do :; done; echo ready; wait]]))
    read_until(child, "ready\n")
    local inside = proc.run { argv = { "pgrep", "-P", ("%d"):format(child:pid()) } }.stdout:match("%d+")
    assert(child:kill("KILL"))
    assert.same({ kind = "signal", code = 137, signal = "KILL" }, ended(child))
    assert.is_nil(proc.start_time(tonumber(inside)))
  end)

  it("ends with the program although orphans of it live on", function()
    local _, exit = run(s, "setsid sleep 600 >/dev/null 2>&1 & exit 4")
    assert.same({ kind = "exit", code = 4 }, exit)
  end)

  it("ends with the process that started it", function()
    assert(s.dir:write("parent.lua", ([[
      package.path = %q
      local ns = require "host.ns"
      local child = assert(ns.spawn { argv = { "/bin/sleep", "600" }, mounts = {} })
      print(child:pid())
      io.stdout:flush()
      io.read()
    ]]):format(package.path)))
    local parent <close> = assert(proc.spawn {
      argv = { runtime.executable, "lua", s.path .. "/parent.lua" },
      stdin = "pipe", stdout = "pipe", stderr = "inherit",
    })
    local pid = math.tointeger(tonumber(read_until(parent, "\n"):match("%d+")))
    local inside <close> = assert(proc.adopt(pid, proc.start_time(pid)))
    parent:kill("KILL")
    local poll <close> = loop.new()
    poll:add(inside:pidfd(), "r", true)
    assert.equal(1, #poll:wait(DEADLINE_MS))
  end)

  it("never starts when that process ends while the view is still made", function()
    assert(s.dir:write("parent.lua", ([[
      package.path = %q
      local ns = require "host.ns"
      local plan = { { op = "tmpfs", to = %q } }
      for i = 1, 4000 do plan[i + 1] = { op = "dir", to = ("%%s/%%d"):format(plan[1].to, i) } end
      ns.spawn { argv = { "/bin/touch", %q }, mounts = plan }
    ]]):format(package.path, s.path .. "/view", s.path .. "/ran")))
    local parent <close> = assert(proc.spawn { argv = { runtime.executable, "lua", s.path .. "/parent.lua" },
      stdout = "null", stderr = "inherit" })
    local inside <close> = first_child(parent:pid())
    assert(inside:kill("STOP"))
    assert(parent:kill("KILL"))
    ended(parent)
    inside:kill("CONT")
    local poll <close> = loop.new()
    poll:add(inside:pidfd(), "r", true)
    assert.equal(1, #poll:wait(DEADLINE_MS))
    assert.is_nil((s.dir:stat("ran")))
  end)
end)

describe("ns.spawn", function()
  it("says which step failed instead of an exit code, and leaves no process", function()
    local s <close> = scratch.new()
    local plan = view(s)
    plan[2].from, plan[2].optional = "/absent", nil
    local before = descriptors.count()
    local _, message, code = spawn(s, "true", { mounts = plan })
    assert.equal(("step 2: bind %s/view/bin from /absent: No such file or directory"):format(s.path), message)
    assert.equal("ENOENT", code)
    _, message, code = spawn(s, "true", { argv = { "/no/such/program" } })
    assert.equal("step run /no/such/program: No such file or directory", message)
    assert.equal("ENOENT", code)
    _, message, code = spawn(s, "true", { cwd = "/no/where" })
    assert.equal("step chdir /no/where: No such file or directory", message)
    assert.equal("ENOENT", code)
    assert.equal(before, descriptors.count())
    assert.equal("", proc.run { argv = { "pgrep", "-P", ("%d"):format(runtime.ids()), "-f", "no/such" } }.stdout)
  end)

  it("is refused beside other threads, as is what would confine or change one of them only", function()
    local server <close> = require("spec.support.echo").start()
    assert.equal("EBUSY EBUSY EBUSY EBUSY", server:get("/namespaces").body)
  end)

  it("refuses to make anybody root, and options it does not know", function()
    for _, more in ipairs { { uid = 0 }, { gid = 70000 }, { rlimits = { fun = 1 } }, { root = "/" } } do
      local s <close> = scratch.new()
      assert.is_false((pcall(spawn, s, "true", more)))
    end
  end)

  it("loses no memory, descriptor or process when memory fails", function()
    local before = descriptors.count()
    descriptors.fail_each_allocation [[
      local ns = require "host.ns"
      local child <close> = assert(ns.spawn { argv = { "/bin/true" }, mounts = { { op = "dir", to = "/tmp" } },
        env = { A = "1" }, rlimits = { core = 0 }, stdout = "pipe", stderr = "stdout" })
    ]]
    assert.equal(before, descriptors.count())
  end)
end)

describe("The view of a game server", function()
  it("has no place in memory that grows without end, nor one for set-user-ID programs or devices", function()
    local s <close> = scratch.new()
    s:fill { ["installation/"] = "", ["runtime/a/upper/"] = "", ["runtime/a/work/"] = "", ["runtime/a/merged/"] = "" }
    local plan = assert(sandbox.game_view(s.path, "a", { layers = {} }))
    assert.equal("seen\n", (run(s, hostile.unbounded .. "\n" .. hostile.powers .. "; echo seen", { mounts = plan })))
  end)

  it("holds its merged directory and the Workshop cache where they are on the host, and no secret", function()
    local s <close> = scratch.new()
    s:fill {
      ["installation/srcds_run"] = "game", ["overlays/7/left4dead2/x"] = "seven", ["overlays/8/left4dead2/x"] = "eight",
      ["workshop_cache/1.vpk"] = "vpk", ["left4me.db"] = "secret", ["secret_key"] = "secret",
      ["runtime/a/upper/"] = "", ["runtime/a/work/"] = "", ["runtime/a/merged/"] = "", ["home/.steam/"] = "",
      ["steamcmd/linux32/steamclient.so"] = "lib",
    }
    assert(s.dir:symlink(s.path .. "/workshop_cache/1.vpk", "overlays/7/left4dead2/addon.vpk"))
    assert(s.dir:symlink(s.path .. "/steamcmd/linux32", "home/.steam/sdk32"))
    local plan = assert(sandbox.game_view(s.path, "a", { layers = { "7", "8" } }, s.path .. "/home"))
    local merged = s.path .. "/runtime/a/merged"
    local text = run(s, ([[
      cat srcds_run left4dead2/x left4dead2/addon.vpk ~/.steam/sdk32/steamclient.so; echo
      echo new >left4dead2/written && rm left4dead2/x && echo fine
      ls -A %q; ls -A /home; echo /root/* /var/lib/*; id -un
      for f in /etc/shadow %q/left4me.db /sys; do [ -e "$f" ] && echo "sees $f"; done; true]]):format(s.path, s.path),
      { mounts = plan, cwd = merged, env = sandbox.game_environment() })
    assert.equal("gameseven" .. "vpklib\nfine\nruntime\nworkshop_cache\nleft4me\n/root/* /var/lib/*\nleft4me\n", text)
    assert.equal("new\n", s.dir:read("runtime/a/upper/left4dead2/written", 99))
    assert.equal("seven", s.dir:read("overlays/7/left4dead2/x", 99))
  end)
end)
