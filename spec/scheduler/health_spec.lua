-- Specs of scheduler.health: one check at a time, when somebody asked.
local health = require "scheduler.health"
local scheduler = require "spec.support.scheduler"

describe("scheduler.health", function()
  local host, one, asked, runs, rung, ending
  before_each(function()
    host = scheduler.new()
    asked, runs, rung, ending = 7, {}, {}, host.ports.tasks:bell()
    host.ports.hub = { generation = function() return asked end, ring = function(topic) rung[#rung + 1] = topic end }
    host.ports.programs = { left4me = "/bin/left4me" }
    one = health.new(host.ports, "health:ask", function(_, command)
      runs[#runs + 1] = table.concat(command.argv, " ")
      ending:wait("the end")
      return { code = 0 }
    end)
    host.ports.tasks:spawn("health", function() one:work() end)
  end)
  after_each(function() host:close() end)

  local function turn()
    for _ = 1, 4 do host.ports.tasks:turn(0) end
  end

  it("checks when it was asked, not whenever the scheduler is woken, and tells the end", function()
    one:wake()
    turn()
    assert.same({}, runs)
    asked = 8
    one:wake()
    turn()
    assert.same({ "/bin/left4me check --keep" }, runs)
    assert.same({}, rung)
    ending:ring()
    turn()
    assert.same({ "health" }, rung)
    one:wake()
    turn()
    assert.equal(1, #runs)
  end)

  it("checks once more, not twice at a time, when it is asked during a check", function()
    asked = 8
    one:wake()
    turn()
    for generation = 9, 12 do
      asked = generation
      one:wake()
      turn()
    end
    assert.equal(1, #runs)
    ending:ring()
    turn()
    assert.equal(2, #runs)
    ending:ring()
    turn()
    assert.equal(2, #runs)
  end)
end)
