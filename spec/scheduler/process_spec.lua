-- Specs of scheduler.process: real children that behave badly; none of them stays, and no finished line is lost.
local process = require "scheduler.process"
local support = require "spec.support.scheduler"

describe("A child of a job", function()
  local host, written
  before_each(function()
    host = support.new()
    written = ""
  end)
  after_each(function() host:close() end)

  local function start(script, command)
    command = command or {}
    command.argv = { "bash", "-c", script }
    return assert(process.start(host.ports, command, {
      what = "the child", write = command.write or function(lines)
        written = written .. lines
        return true
      end,
    }))
  end

  -- The lines so far, without their times.
  local function lines() return (written:gsub("%f[^\n\0]%d+ ", "")) end

  local function says(text)
    host:until_true(text, function() return written:find(text, 1, true) end)
  end

  -- Run it beside what the spec does; returns a function that waits for its end.
  local function launch(child)
    local status, failure
    host.ports.tasks:spawn("child", function()
      local running <close> = child
      status, failure = running:finish()
    end)
    return function()
      host:until_true("the child's end", function() return status end)
      return status, failure
    end
  end

  local function pids() -- that the script printed
    local list = {}
    for pid in written:gmatch("pid (%d+)") do list[#list + 1] = math.tointeger(tonumber(pid)) end
    return list
  end

  local function gone()
    local list = pids()
    assert.is_true(#list > 0)
    for _, pid in ipairs(list) do
      host:until_true("the end of process " .. pid, function() return not support.alive(pid) end)
    end
  end

  it("has both its streams written down line by line, and its exit code told", function()
    local status = launch(start "echo one; echo two >&2; printf three; exit 7")()
    assert.same({ kind = "exit", code = 7 }, status)
    local streams = { O = "", E = "" }
    for stream, text in lines():gmatch("(%u) ([^\n]*\n)") do streams[stream] = streams[stream] .. text end
    assert.same({ O = "one\nthree\n", E = "two\n" }, streams)
  end)

  it("is told by 128 and the signal's number when a signal ended it", function()
    assert.equal(128 + 11, launch(start "kill -SEGV $$")().code)
  end)

  it("that cannot be started is an answer, not an error", function()
    local child, message, code = process.start(host.ports, { argv = { "/nowhere/at/all" } }, {})
    assert.is_nil(child)
    assert.matches("/nowhere/at/all", message, 1, true)
    assert.equal("ENOENT", code)
  end)

  it("gets its input whole, more than a pipe holds, and then its end", function()
    local input = ("0123456789abcdef"):rep(20000)
    launch(start("sha256sum", { input = input }))()
    assert.matches(require("host.crypto").hex(require("host.crypto").sha256(input)), written)
  end)

  it("that reads none of its input and lives on can be ended, and one that ends is", function()
    assert.equal(0, launch(start("exit 0", { input = ("x"):rep(1000000) }))().code)
    local child = start("exec 0<&-; echo ready; sleep 1000", { input = ("x"):rep(1000000) })
    local wait = launch(child)
    says "ready"
    host:until_true("giving up its input", function()
      for _, stream in pairs(child.streams) do
        if stream.mode == "w" then return false end
      end
      return true
    end)
    child:stop()
    assert.equal("TERM", wait().signal)
  end)

  it("that closes its output and lives on is waited for", function()
    local child = start "echo last words; exec >&- 2>&-; sleep 1000"
    local wait = launch(child)
    says "last words"
    for _ = 1, 20 do host.ports.tasks:turn(1) end
    assert.is_nil(child.ended)
    child:stop()
    assert.equal("TERM", wait().signal)
  end)

  it("is ended by TERM, and may use the grace to clean up", function()
    local child = start "trap 'echo cleaning; exit 3' TERM; echo ready; while :; do read -t 0.01 <> <(:); done"
    local wait = launch(child)
    says "ready"
    child:stop()
    assert.equal(3, wait().code)
    assert.matches("cleaning", written)
  end)

  local STUBBORN = [[
    trap '' TERM INT HUP
    (trap '' TERM; echo "pid $BASHPID"; while :; do sleep 1000; done) &
    (trap '' TERM
      (trap '' TERM; echo "pid $BASHPID"; sleep 1000; sleep 1000) & echo "pid $BASHPID"; wait; sleep 1000) &
    echo "pid $$"
    while :; do sleep 1000; done]]

  it("that ignores TERM as its children do is killed with all of them when the grace is over, not before", function()
    local child = start(STUBBORN)
    local wait = launch(child)
    host:until_true("all processes", function() return #pids() == 4 end)
    child:stop()
    host.ports.clock.skip(9000)
    for _ = 1, 20 do host.ports.tasks:turn(1) end
    assert.is_nil(child.ended)
    for _, pid in ipairs(pids()) do assert.is_true(support.alive(pid)) end
    host.ports.clock.skip(1001)
    assert.same({ kind = "signal", code = 137, signal = "KILL" }, wait())
    gone()
  end)

  it("asked twice to end has the shorter grace", function()
    local child = start(STUBBORN)
    local wait = launch(child)
    host:until_true("all processes", function() return #pids() == 4 end)
    child:stop(60000)
    child:stop(20)
    child:stop(60000)
    assert.equal("KILL", wait().signal)
    gone()
  end)

  it("that ends leaves nobody of its group behind, and the pipe they hold keeps nobody waiting", function()
    local wait = launch(start [[(trap '' TERM HUP; exec sleep 1000) & echo "pid $!"; echo done]])
    assert.equal(0, wait().code)
    assert.matches("done", written)
    gone()
  end)

  -- The leader ends when its descendant has fled.
  local FLEE = [[mkfifo '%s/fled'; exec 3<>"$_"; setsid bash -c 'echo "pid $$"; %s' & read -r <&3]]

  local function holds(child, text)
    for _, stream in pairs(child.streams) do
      if stream.splitter and stream.splitter.held == text then return true end
    end
  end

  it("whose descendant fled into a session of its own with the pipe is over all the same, last words kept", function()
    local child = start(FLEE:format(host.path, "printf unfinished; echo >&3; exec sleep 1000"))
    local wait = launch(child)
    host:until_true("the leader's end", function() return child.ended end)
    host:until_true("the last words", function() return holds(child, "unfinished") end)
    host.ports.clock.skip(1000)
    assert.equal(0, wait().code)
    assert.truthy(lines():find("O unfinished\n", 1, true))
    os.execute("kill -KILL " .. pids()[1])
    gone()
  end)

  it("whose fled descendant never stops talking is over all the same", function()
    local child = start(FLEE:format(host.path, "echo >&3; exec yes"))
    local wait = launch(child)
    host:until_true("the leader's end", function() return child.ended end)
    host.ports.clock.skip(1000)
    assert.equal(0, wait().code)
    gone()
  end)

  it("whose output cannot be written any more is ended, and the reason is told", function()
    local writes = 0
    host.ports.grace_ms = 10
    local wait = launch(start("trap '' TERM; echo first; sleep 0.05; while :; do echo more; sleep 0.01; done", {
      write = function()
        writes = writes + 1
        if writes > 1 then return nil, "write: No space left on device", "ENOSPC" end
        return true
      end,
    }))
    local status, failure = wait()
    assert.equal("KILL", status.signal)
    assert.equal("ENOSPC", failure)
    assert.equal(2, writes)
  end)

  it("whose task fails is killed with its group", function()
    local child = start(STUBBORN)
    child.write = function(text)
      written = written .. text
      if #pids() == 4 then error "on purpose" end
      return true
    end
    host.ports.tasks:spawn("fails", function()
      local running <close> = child
      running:finish()
    end)
    host:until_true("the failure", function() return host.lines[1] end)
    gone()
  end)

  it("that prints a line of 100 MB leaves it cut, what follows whole, and little memory in use", function()
    collectgarbage()
    local before, most = collectgarbage "count", 0
    local wait = launch(start("head -c 100M /dev/zero | tr '\\0' x; echo; echo after", { write = function(text)
      written = written .. text
      return true
    end }))
    local turn = host.ports.tasks.turn
    function host.ports.tasks.turn(...)
      most = math.max(most, collectgarbage "count")
      return turn(...)
    end
    assert.equal(0, wait().code)
    assert.equal("O " .. ("x"):rep(4096) .. " … [cut]\nO after\n", lines())
    assert.is_true(most - before < 16 * 1024, most - before)
  end)
end)

describe("A command that is run to its end", function()
  local host
  before_each(function() host = support.new() end)
  after_each(function() host:close() end)

  local function run(script)
    return host:as_task(process.run, host.ports, { argv = { "bash", "-c", script }, env = { PATH = "/usr/bin:/bin" } })
  end

  it("tells its exit code and what it said, and lets others have their turn meanwhile", function()
    host.ports.tasks:spawn("other", function()
      host.ports.tasks:sleep(0, "its turn")
      assert(host.ports.root:write("go", ""))
    end)
    local result = run(("until [ -e '%s/go' ]; do sleep 0.01; done; echo 7 O why >&2; exit 3"):format(host.path))
    assert.same({ kind = "exit", code = 3, timed_out = false, stderr = "7 O why\n" }, result)
  end)

  it("is killed with all it started when its time is up", function()
    host.ports.tasks:spawn("clock", function()
      while not host.ports.root:stat "ready" do host.ports.tasks:sleep(1) end
      host.ports.clock.skip(60000)
    end)
    local script = ("trap '' TERM; sleep 7654 & echo pid $! >&2; : >'%s/ready'; wait"):format(host.path)
    local result = host:as_task(process.run, host.ports,
      { argv = { "bash", "-c", script }, env = {}, timeout_ms = 60000 })
    assert.is_true(result.timed_out)
    local pid = math.tointeger(tonumber(result.stderr:match "pid (%d+)"))
    host:until_true("its end", function() return not support.alive(pid) end)
  end)

  it("says no more than so much", function()
    assert.is_true(#run "head -c 10M /dev/zero | tr '\\0' '\\n'".stderr < 1 << 20)
  end)

  it("that cannot be started is an answer, not an error", function()
    local result, _, code = host:as_task(process.run, host.ports, { argv = { "/nonexistent" }, env = {} })
    assert.same({ nil, "ENOENT" }, { result, code })
  end)
end)
