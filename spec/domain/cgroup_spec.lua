-- domain.cgroup: numbers out of the files of control groups.
local cgroup = require "domain.cgroup"

describe("The events of a control group", function()
  it("are numbers by name", function()
    assert.same({ low = 0, high = 12, max = 3, oom = 1, oom_kill = 1 },
      cgroup.events "low 0\nhigh 12\nmax 3\noom 1\noom_kill 1\n")
  end)

  it("are none where there is no file, or it says something else", function()
    assert.same({}, cgroup.events(nil))
    assert.same({}, cgroup.events "")
    assert.same({}, cgroup.events "max\n7 7\n")
  end)

  it("are bounded", function()
    assert.equal(math.maxinteger, cgroup.events("max " .. ("9"):rep(40)).max)
  end)
end)
