-- Specs of base.phrase: words named once, filled, kept and found again.
local phrase = require "base.phrase"

describe("A phrase", function()
  local P = phrase.registry("spec", "things", {
    plain = "is odd", many = "at most {max} of {names}", inner = "entry {entry} {problem}",
  })

  it("is its English words, and the key and parameters other languages need", function()
    local one = P.many { max = 3, names = { "a", "b" } }
    assert.equal("at most 3 of a and b", tostring(one))
    assert.same({ "spec.things.many", { max = 3, names = { "a", "b" } } }, { one.key, one.params })
    assert.is_true(phrase.is(one))
    assert.is_false(phrase.is { key = "spec.things.many" })
  end)

  it("can be part of another", function()
    assert.equal("entry 2 is odd", tostring(P.inner { entry = 2, problem = P.plain() }))
  end)

  it("puts a parameter in as it is, whatever is in it", function()
    assert.equal("at most {names} of %1", tostring(P.many { max = "{names}", names = "%1" }))
  end)

  it("has exactly the parameters of its text", function()
    assert.has_error(function() P.many { max = 3 } end)
    assert.has_error(function() P.plain { max = 3 } end)
  end)

  it("must be named, and once", function()
    assert.has_error(function() return P.nothing end, "no phrase named things.nothing")
    assert.has_error(function() phrase.registry("spec", "things", { plain = "again" }) end)
  end)

  it("is the same after it was packed", function()
    local packed = phrase.pack(P.many { max = 3, names = "x=y {max} “é”" })
    local one = phrase.unpack(packed)
    assert.equal("at most 3 of x=y {max} “é”", tostring(one))
    assert.equal("spec.things.many", one.key)
    assert.equal("is odd", tostring(phrase.unpack(phrase.pack(P.plain()))))
  end)

  it("is not made of what was never packed", function()
    for _, text in ipairs { "", "the build of overlay 7", "spec.things.gone", "other.things.plain", "spec.things.many",
      "spec.things.plain\nmax=1" } do
      assert.is_nil(phrase.unpack(text), text)
    end
  end)
end)
