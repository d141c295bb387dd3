-- Specs of domain.machine: what /proc says.
local machine = require "domain.machine"

describe("domain.machine", function()
  it("reads the memory of the machine and of a process", function()
    assert.same({ total = 16 << 30, available = 1 << 30 },
      machine.memory "MemTotal:       16777216 kB\nMemFree:          123 kB\nMemAvailable:    1048576 kB\n")
    assert.equal(20 << 20, machine.resident "Name:\tleft4me\nVmRSS:\t   20480 kB\n")
  end)

  it("reads how long the machine and a process run", function()
    assert.equal(12345670, machine.uptime "12345.67 99999.12\n")
    assert.equal(12345670 - 2500, machine.age(12345670, 250))
    assert.equal(0, machine.age(1000, 250))
  end)

  it("knows nothing where nothing is said", function()
    assert.same({}, machine.memory "")
    assert.is_nil(machine.resident "")
    assert.is_nil(machine.uptime "")
  end)
end)
