-- The fault injector itself: it must be able to fail, or no binding spec under it means anything.
local fault = require "host.fault"

describe("host.fault", function()
  it("runs a chunk and counts its allocations", function()
    local ok, allocations = fault.run("local t = {} for i = 1, 10 do t[i] = {} end")
    assert.is_true(ok)
    assert.is_true(allocations >= 10)
  end)

  it("fails the n-th allocation with ENOMEM", function()
    local ok, _, code = fault.run("local t = {} for i = 1, 10 do t[i] = {} end", 3)
    assert.is_nil(ok)
    assert.equal("ENOMEM", code)
  end)

  it("tells an error from a lack of memory", function()
    local ok, message, code = fault.run("error 'on purpose'")
    assert.is_nil(ok)
    assert.equal("ERROR", code)
    assert.matches("on purpose", message)
  end)
end)
