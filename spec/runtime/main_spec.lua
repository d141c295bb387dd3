-- The program's own command line, on its way from C to boot.main.
local proc = require "host.proc"
local runtime = require "host.runtime"

local script = runtime.share_dir .. "/spec/support/arguments.lua"

local function told_of(count)
  local argv = { runtime.executable, "lua", script }
  for i = 1, count do argv[#argv + 1] = "argument " .. i end
  local result = assert(proc.run { argv = argv })
  assert.same({ "exit", 0, "" }, { result.kind, result.code, result.stderr })
  return result.stdout
end

describe("the command line", function()
  it("arrives whole, however many arguments it has", function()
    assert.equal("0\tnone\n", told_of(0))
    for _, count in ipairs { 1, 16, 20, 40, 100, 5000 } do
      assert.equal(("%d\targument %d\n"):format(count, count), told_of(count))
    end
  end)
end)
