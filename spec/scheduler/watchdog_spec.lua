-- Specs of scheduler.watchdog: systemd hears from the loop, as often as it asked, and only while all is well.
local support = require "spec.support.scheduler"
local watchdog = require "scheduler.watchdog"

describe("The watchdog", function()
  local host, tasks, clock, told, claiming
  before_each(function()
    host = support.new()
    tasks, clock, told = host.ports.tasks, host.ports.clock, {}
    function host.ports.notify(text)
      told[#told + 1] = text
      if host.deaf then return nil, "nobody listens", "ECONNREFUSED" end
      return true
    end
    claiming = tasks:spawn("queue", function() tasks:sleep(1 << 40) end)
  end)
  after_each(function() host:close() end)

  local function run()
    tasks:spawn("watchdog", function() watchdog.run(host.ports, 1000, claiming) end)
  end

  it("speaks three times as often as it is asked to, and only when this process is asked", function()
    for _, case in ipairs {
      { { WATCHDOG_USEC = "30000000" }, 10000 },
      { { WATCHDOG_USEC = "30000000", WATCHDOG_PID = "7" }, 10000 },
      { { WATCHDOG_USEC = "30000000", WATCHDOG_PID = "8" }, nil },
      { { WATCHDOG_USEC = "100" }, 1 },
      { { WATCHDOG_USEC = "0" }, nil },
      { { WATCHDOG_USEC = "often" }, nil },
      { {}, nil },
    } do
      assert.equal(case[2], watchdog.interval(case[1], 7))
    end
  end)

  it("speaks once an interval, from a turn of the loop and from nowhere else", function()
    run()
    clock.skip(1500)
    assert.same({}, told)
    tasks:turn(0)
    assert.same({ "WATCHDOG=1" }, told)
    tasks:turn(0)
    assert.equal(1, #told)
    clock.skip(1500)
    tasks:turn(0)
    assert.equal(2, #told)
  end)

  it("is silent once nobody claims jobs any more, and says so in the log", function()
    run()
    tasks:cancel(claiming)
    clock.skip(1500)
    tasks:turn(0)
    clock.skip(1500)
    tasks:turn(0)
    assert.same({}, told)
    assert.matches("nobody claims jobs", table.concat(host.lines, "\n"))
  end)

  it("goes on when systemd does not listen", function()
    host.deaf = true
    run()
    for _ = 1, 2 do
      clock.skip(1500)
      tasks:turn(0)
    end
    assert.equal(2, #told)
    assert.matches("nobody listens", table.concat(host.lines, "\n"))
  end)
end)
