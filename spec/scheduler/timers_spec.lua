-- Deadlines come due in order, whatever the order they were added in.
local timers = require "scheduler.timers"

describe("Timers", function()
  it("come due earliest first and not before their time", function()
    local t = timers.new()
    assert.equal(-1, t:wait(0))
    for _, at in ipairs { 50, 10, 40, 20, 30, 10 } do t:add(at, at) end
    assert.equal(10, t:wait(0))
    assert.is_nil(t:due(9))
    local order = {}
    for value in function() return t:due(100) end do order[#order + 1] = value end
    assert.same({ 10, 10, 20, 30, 40, 50 }, order)
    assert.equal(-1, t:wait(100))
  end)

  it("can be taken out, once or twice, without disturbing the others", function()
    math.randomseed(7)
    local t, left = timers.new(), {}
    for i = 1, 200 do
      local at = math.random(1000)
      local timer = t:add(at, i)
      if i % 3 == 0 then
        t:remove(timer)
        t:remove(timer)
      else
        left[#left + 1] = at
      end
    end
    table.sort(left)
    local last = 0
    for i = 1, #left do
      local wait = t:wait(0)
      assert.equal(left[i], wait)
      assert.is_true(wait >= last)
      last = wait
      assert.truthy(t:due(wait))
    end
    assert.is_nil(t:due(10000))
  end)
end)
