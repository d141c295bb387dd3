-- The booted host itself: a real systemd that starts everything, and does so again after a reboot.
local booted = require "spec.support.booted"

describe("A booted host", function()
  local host = booted.host()

  it("has started everything that was to start", function()
    assert.equal("running", host:started(), host:sh("systemctl --failed").stdout)
    assert.equal("systemd", host:must("cat /proc/1/comm"))
  end)

  it("has a network of its own, with nothing but loopback", function()
    assert.equal("lo", host:must("ls /sys/class/net"))
  end)

  it("reboots, and keeps its files but what lies in /run", function()
    host:must("touch /root/kept /var/lib/kept /run/gone")
    assert.equal("running", host:reboot())
    host:must("rm /root/kept /var/lib/kept; test ! -e /run/gone")
  end)
end)
