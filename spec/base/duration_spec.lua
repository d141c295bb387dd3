-- Specs of base.duration: lengths of time in words.
local duration = require "base.duration"

describe("base.duration", function()
  it("uses the largest unit that fits", function()
    local cases = {
      { 0, "a moment" }, { 999, "a moment" }, { 1000, "1 second" }, { 59999, "59 seconds" },
      { 60000, "1 minute" }, { 7200000, "2 hours" }, { 86400000 * 3, "3 days" },
    }
    for _, case in ipairs(cases) do assert.equal(case[2], duration.words(case[1])) end
  end)

  it("says how long ago something was", function()
    assert.equal("just now", duration.ago(1000, 2000))
    assert.equal("just now", duration.ago(5000, 2000))
    assert.equal("2 minutes ago", duration.ago(0, 120000))
  end)
end)
