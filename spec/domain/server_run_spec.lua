-- domain.server_run: each start is another run, a restart is not.
local server_run = require "domain.server_run"

describe("domain.server_run", function()
  local A, B = "s=8f;i=1a;b=91;m=3;t=6;x=9", "s=8f;i=1b;b=91;m=4;t=7;x=8"

  it("tells runs apart by their file, or by the place in the journal where they begin", function()
    assert.equal("0a1b", server_run.of { kind = "file", path = "/state/logs/servers/1/0a1b.log" })
    assert.equal("1a", server_run.of { kind = "journal", after = A, boot = "f0" })
    assert.equal("1b", server_run.of { kind = "journal", after = B, boot = "f0" })
  end)

  it("takes a restart for the same run", function()
    assert.equal(server_run.of { after = A, invocation = "11" }, server_run.of { after = A })
  end)

  it("orders cursors as systemd does: by number, by the boot's clock, by the wall clock", function()
    local function cursor(series, number, boot, uptime, time)
      return ("s=%s;i=%x;b=%s;m=%x;t=%x;x=f"):format(series, number, boot, uptime, time)
    end
    local here = cursor("a", 16, "b", 100, 1000)
    for _, case in ipairs {
      { cursor("a", 15, "b", 999, 9999), true }, { here, true }, { cursor("a", 17, "b", 1, 1), false },
      { cursor("c", 99, "b", 99, 9999), true }, { cursor("c", 1, "b", 101, 1), false },
      { cursor("c", 99, "d", 999, 999), true }, { cursor("c", 1, "d", 1, 1001), false }, { "x", false },
    } do
      assert.equal(case[2], server_run.is_earlier(case[1], here), case[1])
    end
  end)

  it("knows a run that nobody noted by its invocation, or by its boot", function()
    assert.equal("11", server_run.of { invocation = "11", boot = "f0" })
    assert.equal("f0", server_run.of { boot = "f0" })
    assert.is_nil(server_run.of(nil))
    assert.is_nil(server_run.of { path = "/state/logs/servers/1/none" })
  end)
end)
