-- domain.units: names of units that nothing else can be, and what systemd's words mean for an owner.
local units = require "domain.units"

describe("The names of units", function()
  it("are those of deploy/units", function()
    assert.equal("left4me-server@7.service", units.server "7")
    assert.equal("left4me-mount@by-hand.service", units.mount "by-hand")
    assert.equal("left4me-boot@7.service", units.boot "7")
    assert.equal("left4me-purge@7.service", units.purge "7")
    assert.equal("build-overlay@7.service", units.build(7))
    assert.equal("left4me-stage@7.service", units.stage(7))
  end)


  it("give the server back, and nil for every other unit", function()
    assert.equal("by-hand", units.server_of "left4me-server@by-hand.service")
    for _, unit in ipairs { "left4me-server@.service", "left4me-server@A.service", "left4me-server@a b.service",
      "left4me-server@../x.service", "left4me-mount@7.service", "ssh.service", "left4me-server@7.service.d", "" } do
      assert.is_nil(units.server_of(unit))
    end
  end)
end)

describe("A unit's state", function()
  local STATES = { active = "running", inactive = "stopped", failed = "stopped", activating = "unknown",
    deactivating = "unknown", reloading = "unknown", maintenance = "unknown" }
  for active, state in pairs(STATES) do
    it(("is %s for an owner while systemd says %s"):format(state, active), function()
      assert.equal(state, units.state(active))
    end)
  end
end)

describe("The end of a unit's run", function()
  local CASES = {
    { {}, nil, 0 },
    { { Result = "success" }, nil, 0 },
    { { Result = "exit-code", ExecMainStatus = 3 }, "ended with exit code 3", 3 },
    { { Result = "exit-code" }, "ended with exit code 0", 1 },
    { { Result = "signal", ExecMainStatus = 15 }, "killed by signal 15", 143 },
    { { Result = "core-dump", ExecMainStatus = 11 }, "crashed with signal 11", 139 },
    { { Result = "oom-kill", ExecMainStatus = 9 }, "killed: used more than 4 GiB", 137 },
    { { Result = "timeout", ExecMainStatus = 15 }, "ended after 3600 s: that is the longest it may take", 124 },
    { { Result = "start-limit-hit" }, "given up: it ended too often in a short time", 1 },
    { { Result = "resources" }, "systemd could not set it up", 1 },
    { { Result = "what-comes-later" }, "ended: what-comes-later", 1 },
  }
  for _, case in ipairs(CASES) do
    it(("with Result=%s is %s, exit code %d"):format(case[1].Result, case[2] or "well", case[3]), function()
      local ending = units.ending(case[1], units.build_limits)
      assert.equal(case[2], ending and tostring(ending))
      assert.equal(case[3], units.exit_code(case[1]))
    end)
  end

  it("names a limit that is no whole GiB in MiB, and a server's timeout by its stop", function()
    assert.equal("killed: used more than 64 MiB",
      tostring(units.ending({ Result = "oom-kill" }, { memory = 64 << 20 })))
    assert.equal("killed: it did not end when asked",
      tostring(units.ending({ Result = "timeout" }, units.server_limits)))
  end)
end)
