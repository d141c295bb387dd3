-- Specs of domain.server: fields and the next free port.
local server = require "domain.server"
local validate = require "base.validate"

describe("domain.server", function()
  it("finds the lowest free port of a range", function()
    local cases = {
      { {}, 1, 3, 1 }, { { 1 }, 1, 3, 2 }, { { 1, 3 }, 1, 3, 2 }, { { 2, 3 }, 1, 3, 1 },
      { { 1, 2, 3 }, 1, 3, nil }, { { 0, 1, 9 }, 1, 3, 2 }, { { 5, 6 }, 5, 5, nil },
    }
    for _, case in ipairs(cases) do
      assert.equal(case[4], server.free_port(case[1], case[2], case[3]))
    end
  end)

  it("takes any label and refuses a hostname that could leave its quotes", function()
    local schema = { server.NAME, server.HOSTNAME, server.PORT }
    assert.is_table(validate.check(schema, { name = "../../etc '\"<img>", hostname = "Näme; // quit", port = 27015 }))
    for name, value in pairs { name = "a\nb", hostname = 'a" ; quit ; "', port = 80 } do
      local _, err = validate.check(schema, { [name] = value })
      assert.is_string(err.fields[name])
    end
  end)

  it("names the host's instance by the decimal id", function()
    assert.equal("12", server.host_name(12))
  end)

  it("takes only enough randomness as an RCON password", function()
    assert.has_error(function() server.rcon_password("short") end)
    assert.has_error(function() server.rcon_password(('"'):rep(24)) end)
    assert.equal(24, #server.rcon_password(("aB3_-x"):rep(4)))
  end)
end)
