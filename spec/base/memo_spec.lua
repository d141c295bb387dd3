-- Specs of base.memo: what is remembered, and how much of it.
local memo = require "base.memo"

describe("A function that remembers", function()
  local calls, double
  before_each(function()
    calls = 0
    double = memo.of(function(value)
      calls = calls + 1
      return value .. value
    end, 3)
  end)

  it("asks once for a text or a number", function()
    for _ = 1, 3 do
      assert.same({ "aa", "11" }, { double "a", double(1) })
    end
    assert.equal(2, calls)
  end)

  it("forgets all once it remembers as many results as it may", function()
    for _, value in ipairs { "a", "b", "c" } do double(value) end
    assert.equal("aa", double "a")
    assert.equal(3, calls)
    assert.equal("dd", double "d")
    assert.equal("aa", double "a")
    assert.equal(5, calls)
  end)
end)
