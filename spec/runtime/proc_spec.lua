-- host.proc: children in a session of their own, their pipes, their end.
local alive = require("spec.support.instance").alive
local clock = require "host.clock"
local descriptors = require "spec.support.descriptors"
local loop = require "host.loop"
local proc = require "host.proc"
local runtime = require "host.runtime"

local function ended(child)
  local l <close> = assert(loop.new())
  assert(l:add(child:pidfd(), "r", true))
  assert(#l:wait(5000) == 1, "the child did not end")
  return child:wait()
end

describe("proc.spawn", function()
  it("reports a failed exec at once, with its code", function()
    assert.equal("ENOENT", select(3, proc.spawn { argv = { "/nonexistent/program" } }))
    assert.equal("EACCES", select(3, proc.spawn { argv = { "/etc" } }))
  end)

  it("tells an exit code from a signal", function()
    local child <close> = assert(proc.spawn { argv = { "sh", "-c", "exit 7" } })
    assert.same({ kind = "exit", code = 7 }, ended(child))
    local killed <close> = assert(proc.spawn { argv = { "sleep", "600" } })
    assert.same({ nil, "again" }, { killed:wait() })
    killed:kill("KILL")
    assert.same({ kind = "signal", code = 137, signal = "KILL" }, ended(killed))
  end)

  it("connects the pipes it is asked for", function()
    local child <close> = assert(proc.spawn { argv = { "cat" }, stdin = "pipe", stdout = "pipe", stderr = "null" })
    assert.is_nil(child:fd("stderr"))
    assert.same({ nil, "again" }, { child:read("stdout") })
    assert.equal(5, child:write("hello"))
    child:close_stdin()
    ended(child)
    assert.equal("hello", child:read("stdout"))
    assert.same({ nil, "eof" }, { child:read("stdout") })
  end)

  it("gives the child our environment or only the one named, and the directory named", function()
    local all = assert(proc.run { argv = { "sh", "-c", "echo $PATH" } })
    assert.equal(runtime.getenv("PATH") .. "\n", all.stdout)
    local only = assert(proc.run { argv = { "/usr/bin/env" }, env = { A = "1" }, cwd = "/" })
    assert.equal("A=1\n", only.stdout)
    assert.equal("/usr\n", assert(proc.run { argv = { "pwd" }, cwd = "/usr" }).stdout)
  end)

  it("passes on no descriptor but 0, 1 and 2, and a clean signal mask", function()
    local open <close> = assert(io.open("/etc/hostname"))
    local child = assert(proc.run { argv = { "sh", "-c",
      "ls /proc/self/fd | wc -l; grep -E 'SigBlk|SigIgn' /proc/self/status" } })
    assert.equal(open and "4", child.stdout:match("%d+"))
    assert.truthy(child.stdout:match("SigBlk:%s0+\n"))
    assert.truthy(child.stdout:match("SigIgn:%s%x+0000000\n"))
  end)

  it("makes the child the leader of its session, so that its group can be ended whole", function()
    local child <close> = assert(proc.spawn { argv = { "sh", "-c", "sleep 600 & echo $!; wait" }, stderr = "null" })
    local l <close> = assert(loop.new())
    l:add(child:fd("stdout"), "r", true)
    l:wait(5000)
    local grandchild = math.tointeger(child:read("stdout"):match("%d+"))
    assert.is_true(alive(grandchild))
    assert(child:kill("KILL", { group = true }))
    ended(child)
    local deadline = clock.monotonic() + 5000
    while alive(grandchild) and clock.monotonic() < deadline do l:wait(1) l:del(child:fd("stdout")) end
    assert.is_false(alive(grandchild))
  end)

  it("leaves no zombie when it is closed after its end or a kill, whoever did not wait for it", function()
    local killed <close> = assert(proc.spawn { argv = { "sleep", "600" } })
    local over <close> = assert(proc.spawn { argv = { "true" } })
    local l <close> = assert(loop.new())
    assert(l:add(over:pidfd(), "r", true))
    assert.equal(1, #l:wait(5000))
    killed:kill("KILL", { group = true })
    for _, child in ipairs { killed, over } do
      local pid = child:pid()
      assert.is_not_nil(proc.start_time(pid))
      child:close()
      assert.equal("ESRCH", select(3, proc.start_time(pid)))
    end
  end)

  it("raises on an unknown option, a NUL in an argument, an unknown signal", function()
    assert.error_matches(function() proc.spawn { argv = { "true" }, colour = 1 } end, "unknown option 'colour'")
    assert.error_matches(function() proc.spawn { argv = { "echo", "a\0b" } } end, "NUL")
    assert.error_matches(function() proc.spawn {} end, "argv")
    assert.error_matches(function() proc.spawn { argv = { "true", 1 } } end, "a list of strings")
    for _, count in ipairs { -1, 5, 1 << 60 } do
      local odd = setmetatable({}, { __len = function() return count end })
      assert.error_matches(function() proc.spawn { argv = odd } end, "argv")
    end
    local child <close> = assert(proc.spawn { argv = { "true" } })
    assert.has_error(function() child:kill("NONSENSE") end)
    ended(child)
  end)

  it("raises on a stream that is no descriptor, on a NUL in the environment", function()
    for _, stream in ipairs { -2, 1.5, 1 << 32, true, "stdout" } do
      assert.error_matches(function() proc.spawn { argv = { "true" }, stdout = stream } end, "option 'stdout'")
    end
    assert.error_matches(function() proc.spawn { argv = { "true" }, env = { A = "1\0002" } } end, "NUL")
  end)

  it("leaves no child behind when there is no descriptor to watch it by", function()
    local few = 'ulimit -n 16; exec "$0" lua /dev/stdin'
    local result = assert(proc.run { argv = { "sh", "-c", few, runtime.executable },
      timeout_ms = 20000, input = [[
      local proc = require "host.proc"
      local held = {}
      repeat held[#held + 1] = io.open("/dev/null") until not io.open("/dev/null")
      local child, _, code = proc.spawn { argv = { "sleep", "600" }, stdin = "inherit", stdout = "inherit",
        stderr = "inherit" }
      for _, file in ipairs(held) do file:close() end
      local pid = require("host.runtime").ids()
      local left = proc.run { argv = { "pgrep", "-P", ("%d"):format(pid) } }.stdout
      proc.run { argv = { "pkill", "-P", ("%d"):format(pid) } }
      print(child, code, #left)
    ]] })
    assert.equal("nil\tEMFILE\t0\n", result.stdout .. result.stderr)
  end)
end)

describe("proc.run", function()
  it("feeds more input than a pipe holds and collects both streams", function()
    local result = assert(proc.run { argv = { "sh", "-c", "cat; echo problem >&2; exit 3" },
      input = ("x"):rep(300000) })
    assert.equal(300000, #result.stdout)
    assert.equal("problem\n", result.stderr)
    assert.equal(3, result.code)
    assert.is_false(result.timed_out)
  end)

  it("bounds what it keeps of a stream without blocking the child", function()
    local result = assert(proc.run { argv = { "head", "-c", "3000000", "/dev/zero" }, max_output = 1000 })
    assert.equal(1000, #result.stdout)
    assert.equal(0, result.code)
  end)

  it("ends the whole session at the time limit", function()
    local result = assert(proc.run { argv = { "sh", "-c", "sleep 600 & sleep 600" }, timeout_ms = 50 })
    assert.is_true(result.timed_out)
    assert.equal("KILL", result.signal)
  end)

  it("does not wait for a descendant that keeps a pipe open", function()
    local result = assert(proc.run { argv = { "sh", "-c", "sleep 600 & echo $!" }, timeout_ms = 20000 })
    assert.is_false(result.timed_out)
    assert(proc.run { argv = { "kill", (result.stdout:gsub("%s", "")) } })
  end)

  it("nor for one that never stops writing", function()
    local result = assert(proc.run { argv = { "sh", "-c", "yes & exit 3" }, timeout_ms = 20000, max_output = 10 })
    assert.same({ "exit", 3, "y\ny\ny\ny\ny\n", false }, { result.kind, result.code, result.stdout, result.timed_out })
  end)

  it("raises on limits that are none", function()
    for name, value in pairs { timeout_ms = 1 << 32, max_output = -1 } do
      assert.error_matches(function() proc.run { argv = { "true" }, [name] = value } end, name)
    end
  end)
end)

describe("proc.adopt", function()
  it("takes up a process by pid and start time and sees its end", function()
    local child <close> = assert(proc.spawn { argv = { "sleep", "600" } })
    local started = assert(proc.start_time(child:pid()))
    local adopted <close> = assert(proc.adopt(child:pid(), started))
    assert.is_false(adopted:exited())
    assert(adopted:kill("KILL"))
    ended(child)
    assert.is_true(adopted:exited())
    assert.has_error(function() adopted:wait() end)
  end)

  it("knows the end of one that nobody has waited for", function()
    local child <close> = assert(proc.spawn { argv = { "sleep", "60" } })
    local adopted <close> = assert(proc.adopt(child:pid(), proc.start_time(child:pid())))
    assert(child:kill("KILL"))
    local poll <close> = loop.new()
    poll:add(adopted:pidfd(), "r", "end")
    assert.equal(1, #poll:wait(5000))
    assert.is_true(adopted:exited())
  end)

  it("refuses a pid that is another process now, or none", function()
    local pid = runtime.ids()
    assert.equal("ESRCH", select(3, proc.adopt(pid, proc.start_time(pid) + 1)))
    assert.equal("ESRCH", select(3, proc.adopt(0x3ffffe, 1)))
  end)
end)

describe("A lack of memory", function()
  it("leaks no descriptor of a child", function()
    local before = descriptors.count()
    descriptors.fail_each_allocation [[
      local proc = require "host.proc"
      local child <close> = assert(proc.spawn { argv = { "true" }, env = { A = "1" }, stdin = "pipe" })
      child:fd("stdout")
      local result = assert(proc.run { argv = { "echo", "x" }, input = "y" })
      assert(result.stdout == "x\n")
    ]]
    assert.equal(before, descriptors.count())
  end)
end)
