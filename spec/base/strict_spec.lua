-- Specs of base.strict: undefined globals are errors.
local strict = require "base.strict"

describe("base.strict", function()
  it("raises when an undefined name is read or made, and lets defined ones be", function()
    local env = strict.install { known = 1 }
    assert.equal(1, env.known)
    env.known = 2
    assert.equal(2, env.known)
    assert.has_error(function() return env.unknown end, "undefined variable: unknown")
    assert.has_error(function() env.fresh = 1 end, "cannot make the global fresh")
  end)
end)
