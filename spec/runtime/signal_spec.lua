-- host.signal: a watched signal is read, not suffered, and closing gives it back.
local descriptors = require "spec.support.descriptors"
local runtime = require "host.runtime"
local signal = require "host.signal"

local function send(name)
  os.execute(("kill -%s %d"):format(name, (runtime.ids())))
end

describe("host.signal", function()
  it("says again while nothing came", function()
    local watch <close> = signal.watch { "TERM" }
    local name, why = watch:read()
    assert.is_nil(name)
    assert.equal("again", why)
  end)

  it("reads the signals that came by name", function()
    local watch <close> = signal.watch { "TERM", "USR1" }
    send("USR1")
    assert.equal("USR1", watch:read())
    send("TERM")
    assert.equal("TERM", watch:read())
  end)

  it("raises on a name it does not know, and when it is closed", function()
    assert.has_error(function() signal.watch { "KILL" } end, "unknown signal 'KILL'")
    local watch = signal.watch { "TERM" }
    watch:close()
    watch:close()
    assert.has_error(function() watch:read() end)
  end)

  it("gives the signal its effect back when closed", function()
    local script = os.tmpname()
    local file = assert(io.open(script, "w"))
    file:write('local s = require("host.signal").watch { "TERM" } s:close()\n',
      'os.execute("kill -TERM " .. require("host.runtime").ids()) return 0\n')
    file:close()
    local _, kind, number = os.execute(
      ("exec '%s' lua '%s'"):format(runtime.executable, script))
    os.remove(script)
    assert.same({ "signal", 15 }, { kind, number })
  end)

  it("leaks no descriptor when memory runs out at any point", function()
    collectgarbage() -- handles of earlier specs
    local before = descriptors.count()
    descriptors.fail_each_allocation [[
      local watch = require("host.signal").watch { "TERM" }
      watch:read()
      watch:close()]]
    assert.equal(before, descriptors.count())
  end)
end)
