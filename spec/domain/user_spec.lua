-- Specs of domain.user: names and passwords.
local user = require "domain.user"
local validate = require "base.validate"

describe("domain.user", function()
  it("takes plain names and long passwords", function()
    for _, name in ipairs { "a", "Bob.Smith-2_x", "0day", ("x"):rep(32) } do
      assert.is_table(validate.check({ user.USERNAME }, { username = name }))
    end
    assert.is_table(validate.check({ user.PASSWORD }, { password = " spaces and ünï " }))
  end)

  it("refuses others", function()
    for _, name in ipairs { "", "-x", ".x", "a b", "a/b", "ü", "a\n", ("x"):rep(33), "<b>" } do
      assert.is_nil((validate.check({ user.USERNAME }, { username = name })))
    end
    for _, password in ipairs { "", "short", ("x"):rep(201), "with\nline end" } do
      assert.is_nil((validate.check({ user.PASSWORD }, { password = password })))
    end
  end)
end)
