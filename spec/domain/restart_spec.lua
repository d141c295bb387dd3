-- domain.restart: a crash is followed by a pause and a new start, five in a minute are enough.
local restart = require "domain.restart"

local policy = restart.policy
local crash = { kind = "exit", code = 1 }

describe("after the game ended", function()
  it("a clean exit means stopped, however often it started", function()
    assert.equal("stopped", restart.after(policy, { 1, 2, 3, 4, 5 }, 6, { kind = "exit", code = 0 }))
  end)

  it("a failure or a signal means a new start after the pause", function()
    assert.same({ "restart", 6000 }, { restart.after(policy, { 0 }, 1000, crash) })
    assert.same({ "restart", 6000 },
      { restart.after(policy, { 0 }, 1000, { kind = "signal", signal = "SEGV" }) })
  end)

  it("the fifth start within the minute was the last", function()
    local starts, now, answers = {}, 0, {}
    for i = 1, 5 do
      restart.note(policy, starts, now)
      answers[i] = restart.after(policy, starts, now, crash)
      now = now + 5000
    end
    assert.same({ "restart", "restart", "restart", "restart", "failed" }, answers)
  end)

  it("starts further apart go on for ever and are forgotten", function()
    local starts, now = {}, 0
    for _ = 1, 100 do
      restart.note(policy, starts, now)
      assert.equal("restart", (restart.after(policy, starts, now + 11000, crash)))
      now = now + 16000
    end
    assert.equal(policy.burst, #starts)
  end)

  it("an end is told in words", function()
    assert.equal("code 139", restart.describe { kind = "exit", code = 139 })
    assert.equal("signal SEGV", restart.describe { kind = "signal", signal = "SEGV" })
    assert.equal("the game ended with code 139, 5 times within 60 s: giving up",
      tostring(restart.gave_up(policy, { kind = "exit", code = 139 })))
    assert.equal("the game ended with signal SEGV, 5 times within 60 s: giving up",
      tostring(restart.gave_up(policy, { kind = "signal", signal = "SEGV" })))
  end)
end)
