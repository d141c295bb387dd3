-- `left4me relay`: a program's two streams in one, and its end.
local clock = require "host.clock"
local proc = require "host.proc"
local relayed = require "domain.relayed"
local runtime = require "host.runtime"
local scratch = require "spec.support.scratch"

local function relay(script, options)
  local run = { argv = { runtime.executable, "relay", "sh", "-c", script }, timeout_ms = 30000, max_output = 1 << 20 }
  for key, value in pairs(options or {}) do run[key] = value end
  return assert(proc.run(run))
end

describe("left4me relay", function()
  it("passes both streams on, ends with its own line and the program's code", function()
    local done = relay "echo out; echo err >&2; printf unfinished; exit 7"
    assert.equal(7, done.code)
    assert.equal("", done.stderr)
    local lines = {}
    for line in done.stdout:gmatch "[^\n]+" do lines[#lines + 1] = line end
    assert.equal(relayed.ending(7), table.remove(lines) .. "\n")
    table.sort(lines)
    assert.same({ "<3>err", "<6>out", "<6>unfinished" }, lines)
  end)

  it("tells a signal as a shell does, and a program that is not there in a line", function()
    local killed = relay "kill -9 $$"
    assert.same({ 137, relayed.ending(137) }, { killed.code, killed.stdout })
    local done = assert(proc.run { argv = { runtime.executable, "relay", "/no/such/program" }, timeout_ms = 5000 })
    assert.equal(126, done.code)
    assert.equal("<3>left4me: /no/such/program: No such file or directory\n" .. relayed.ending(126), done.stdout)
  end)

  it("hands arguments over as they are, and an empty input", function()
    local done = assert(proc.run { argv = { runtime.executable, "relay", "sh", "-c", 'cat; printf "%s|" "$@"', "sh",
      "--help", "a b", "", "-x" }, input = "ours", timeout_ms = 5000 })
    assert.equal("<6>--help|a b||-x|\n" .. relayed.ending(0), done.stdout)
  end)

  it("is not ended by TERM, INT or HUP before its program is", function()
    local folder = assert(proc.run { argv = { "mktemp", "-d" } }).stdout:gsub("%s+$", "")
    local script = ([[
      "$1" relay sh -c 'echo $PPID; while [ ! -e go ]; do sleep 0.01; done; echo last' >out & relay=$!
      until [ -s out ]; do sleep 0.01; done
      for signal in TERM INT HUP TERM; do kill -$signal $relay; done
      touch go
      wait $relay
      cat out]])
    local done = assert(proc.run { argv = { "sh", "-c", script, "sh", runtime.executable }, cwd = folder,
      timeout_ms = 20000 })
    os.execute("rm -rf -- " .. folder)
    assert.matches("^<6>%d+\n<6>last\n<7>left4me: end of output, exit code 0\n$", done.stdout)
  end)

  it("is closed to others of its uid, who are builds as well", function()
    local argv = scratch.as_nobody { runtime.executable, "relay", "sh", "-c",
      "echo of its own; cat /proc/self/environ >/dev/null && cat /proc/$PPID/environ" }
    local done = assert(proc.run { argv = argv, timeout_ms = 20000 })
    assert.equal(1, done.code)
    assert.matches("<3>cat: /proc/%d+/environ: Permission denied\n", done.stdout)
  end)

  it("waits a second at most for what goes on with the program's streams", function()
    local began = clock.monotonic()
    local done = relay "sleep 60 & echo done"
    assert.is_true(clock.monotonic() - began < 20000)
    assert.equal("<6>done\n" .. relayed.ending(0), done.stdout)
    assert.equal(0, done.code)
    assert.matches("^<6>y\n.*" .. relayed.ending(0):gsub("%p", "%%%0") .. "$",
      relay("yes & sleep 0.1", { max_output = 1 << 30 }).stdout)
  end)

  it("passes 100 MB without a line end on in little memory", function()
    local done = relay([[head -c 100000000 /dev/zero | tr '\0' x; grep VmHWM /proc/$PPID/status >&2]])
    assert.equal(0, done.code)
    assert.truthy(done.stdout:find("<6>" .. ("x"):rep(4096) .. " … [cut]\n", 1, true))
    local peak = tonumber(done.stdout:match "<3>VmHWM:%s*(%d+) kB")
    local limit = runtime.executable:find("/asan/", 1, true) and 524288 or 32768 -- a sanitizer keeps what was freed
    assert.is_true(peak < limit, ("%d kB"):format(peak))
  end)

  it("loses no byte of output that is not text, nor a line", function()
    local done = relay("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done; head -c 3000 /dev/urandom")
    local next_line = 0
    for number in done.stdout:gmatch "<6>line (%d+)\n" do
      assert.equal(next_line, math.tointeger(number))
      next_line = next_line + 1
    end
    assert.equal(20000, next_line)
    assert.equal(relayed.ending(0), done.stdout:match "<7>.*$")
  end)

  it("lets its program end though nobody listens", function()
    local done = assert(proc.run { argv = { "sh", "-c",
      [[{ "$1" relay sh -c 'yes | head -n 100000; exit 5'; echo $? >&2; } | head -n 1]], "sh", runtime.executable },
      timeout_ms = 20000 })
    assert.equal("<6>y\n", done.stdout)
    assert.equal("5\n", done.stderr)
  end)

  it("loads few modules, because every build waits for it", function()
    local source = [[
      require "boot.admin"
      require "boot.relay"
      for name in pairs(package.loaded) do if name:find "^%a+%." and not name:find "^host%." then print(name) end end
    ]]
    local s <close> = require("spec.support.scratch").new()
    s:fill { ["list.lua"] = source }
    local done = assert(proc.run { argv = { runtime.executable, "lua", s.path .. "/list.lua" }, timeout_ms = 5000 })
    local names = {}
    for name in done.stdout:gmatch "[^\n]+" do names[#names + 1] = name end
    table.sort(names)
    assert.same({ "boot.admin", "boot.main", "boot.relay", "domain.job_log", "domain.relayed" }, names)
  end)
end)
