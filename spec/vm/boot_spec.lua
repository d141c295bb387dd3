-- The virtual machine itself: a kernel with the control groups that limits need, and the service running.
local booted = require "spec.support.booted"

describe("The virtual machine", function()
  local host = booted.host()

  it("has the unified hierarchy of control groups, with the controllers that limits need", function()
    local controllers = " " .. host:must("cat /sys/fs/cgroup/cgroup.controllers") .. " "
    for _, name in ipairs { "cpu", "memory", "pids" } do
      assert.matches(" " .. name .. " ", controllers, 1, true)
    end
  end)

  it("has started everything that was to start", function()
    assert.equal("", host:must("systemctl list-units --failed --plain --no-legend"))
    assert.equal("active", host:sh("systemctl is-active left4me-web.service").stdout:match("%l+"))
  end)
end)
