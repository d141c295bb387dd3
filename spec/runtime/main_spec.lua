-- The program's own command line, on its way from C to boot.main.
local proc = require "host.proc"
local runtime = require "host.runtime"
local scratch = require "spec.support.scratch"

local script = runtime.share_dir .. "/spec/support/arguments.lua"

local function told_of(count)
  local argv = { runtime.executable, "lua", script }
  for i = 1, count do argv[#argv + 1] = "argument " .. i end
  local result = assert(proc.run { argv = argv })
  assert.same({ "exit", 0, "" }, { result.kind, result.code, result.stderr })
  return result.stdout
end

-- Runs Lua source as a program of its own.
local function run(source)
  return assert(proc.run { argv = { "env", "--ignore-signal=CHLD", runtime.executable, "lua", "/dev/fd/0" },
    input = source, timeout_ms = 20000 })
end

describe("the command line", function()
  it("arrives whole, however many arguments it has", function()
    assert.equal("0\tnone\n", told_of(0))
    for _, count in ipairs { 1, 16, 20, 40, 100, 5000 } do
      assert.equal(("%d\targument %d\n"):format(count, count), told_of(count))
    end
  end)
end)

describe("the program", function()
  it("opens no file in the place of a standard stream that is closed", function()
    local s <close> = scratch.new()
    assert(s.dir:write("program.lua", [[
      local file = io.open(arg[1], "w")
      local descriptors = require("host.fs").root("/proc/self/fd")
      for fd = 0, 2 do file:write(descriptors:readlink(tostring(fd)), "\n") end
    ]]))
    assert(proc.run { argv = { "sh", "-c", 'exec "$0" lua "$1/program.lua" "$1/out" <&- >&- 2>&-', runtime.executable,
      s.path }, timeout_ms = 20000 })
    assert.equal(("/dev/null\n"):rep(3), s.dir:read("out"))
  end)

  it("knows how its children end, also when its parent ignores that of its own", function()
    local result = run [[
      local result, why = require("host.proc").run { argv = { "sh", "-c", "exit 3" } }
      print(result and result.code or why)
    ]]
    assert.equal("3\n", result.stdout)
  end)

  it("does not call it a success when its output cannot be written", function()
    local function printing(to)
      return assert(proc.run { argv = { "bash", "-c", 'exec "$0" lua /dev/fd/0 ' .. to, runtime.executable },
        input = "print 'hello'", timeout_ms = 20000 })
    end
    local result = printing ">/dev/full"
    assert.same({ 74, "left4me: cannot write the output, or not all of it\n" }, { result.code, result.stderr })
    result = printing "> >(exec true)"
    assert.same({ 0, "" }, { result.code, result.stderr })
  end)

  it("ends in order with an error that cannot be told, and shows a terminal no tricks", function()
    local result = run("error(setmetatable({}, { __tostring = function() error 'no text' end }))")
    assert.same({ "exit", 70, "left4me: error in an error\n" }, { result.kind, result.code, result.stderr })
    result = run("error('red: \\27[31m', 0)")
    assert.matches("^left4me: red: %?%[31m", result.stderr)
  end)
end)
