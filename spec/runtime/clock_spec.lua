-- host.clock: integers, and a monotonic clock that only grows.
local clock = require "host.clock"

describe("host.clock", function()
  it("tells the wall clock's time in milliseconds", function()
    assert.equal("integer", math.type(clock.now()))
    assert.is_true(math.abs(clock.now() // 1000 - os.time()) <= 1)
  end)

  it("has a monotonic clock that never goes back", function()
    local last = clock.monotonic_ns()
    for _ = 1, 1000 do
      local now = clock.monotonic_ns()
      assert.is_true(now >= last)
      last = now
    end
    assert.is_true(clock.monotonic() * 1000000 <= clock.monotonic_ns())
  end)
end)
