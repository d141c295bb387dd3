-- backends.systemd.status: what an owner is told of a unit, from properties that are played.
local status = require "backends.systemd.status"

-- A connection that gives these answers: verb → value | function(unit).
local function connection_of(answers)
  return { ask = function(_, verb, unit)
    local answer = answers[verb]
    if type(answer) == "function" then answer = answer(unit) end
    if answer == nil then return nil, "systemd does not answer", "ETIMEDOUT" end
    return answer
  end }
end

describe("The status of a server", function()
  local CASES = {
    { "a running unit", { LoadState = "loaded", ActiveState = "active", SubState = "running" }, "running" },
    { "one that waits for its next try", { ActiveState = "activating", SubState = "auto-restart" }, "unknown" },
    { "one that ends", { ActiveState = "deactivating", SubState = "stop-sigterm" }, "unknown" },
    { "one at rest", { ActiveState = "inactive", SubState = "dead" }, "stopped" },
    { "a masked one", { LoadState = "masked", ActiveState = "inactive", SubState = "dead" }, "stopped" },
    { "one without a file", { LoadState = "not-found", ActiveState = "inactive", SubState = "dead" }, "stopped" },
    { "one that failed", { ActiveState = "failed", SubState = "failed", Result = "oom-kill" }, "stopped" },
  }
  for _, case in ipairs(CASES) do
    it(("of %s is %s"):format(case[1], case[3]), function()
      local seen = status.of(connection_of { properties = case[2] }, "7")
      assert.same({ case[3], case[2].ActiveState, case[2].SubState }, { seen.state, seen.active, seen.sub })
      assert.equal(case[2].Result and "killed: used more than 2 GiB", seen.error)
    end)
  end

  it("is unknown, and says why, while systemd cannot be asked", function()
    local seen = status.of(connection_of {}, "7")
    assert.same({ "unknown", "systemd cannot be asked: systemd does not answer" }, { seen.state, seen.error })
    assert.same(seen, status.glance(connection_of {})("7"))
  end)

  it("holds what systemd measured, in the units of the contract", function()
    local seen = status.of(connection_of { properties = { ActiveState = "active", SubState = "running", MainPID = 12,
      InvocationID = "ab", ActiveEnterTimestamp = 5000000, MemoryCurrent = 7, CPUUsageNSec = 9000, NRestarts = 2 } },
      "7")
    assert.same({ state = "running", active = "active", sub = "running", pid = 12, invocation = "ab", since = 5000,
      memory = 7, cpu_usec = 9, restarts = 2 }, seen)
  end)
end)

describe("A glance", function()
  it("asks once for all, and again only for why one failed", function()
    local asked = {}
    local glance = status.glance(connection_of {
      list = {
        { unit = "left4me-server@1.service", active = "active", sub = "running" },
        { unit = "left4me-server@2.service", active = "failed", sub = "failed" },
      },
      properties = function(unit)
        asked[#asked + 1] = unit
        return { ActiveState = "failed", SubState = "failed", Result = "signal", ExecMainStatus = 11 }
      end,
    })
    assert.equal("running", glance("1").state)
    assert.equal("killed by signal 11", glance("2").error)
    assert.same({ state = "stopped", active = "inactive", sub = "dead" }, glance "3")
    assert.same({ "left4me-server@2.service" }, asked)
  end)
end)
