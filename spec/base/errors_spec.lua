-- Specs of base.errors: named errors and what they carry.
local errors = require "base.errors"

describe("base.errors", function()
  local E = errors.registry("spec", {
    not_found = { status = 404, text = "No such server." },
    invalid = { status = 422, exit = 2, text = "Some values cannot be used." },
    used = { code = "server.busy", status = 409, text = "{names} use port {port}." },
  })

  it("gives an error its code, status, exit code and sentence", function()
    local err = E.not_found()
    assert.same({ "spec.not_found", 404, 1, "No such server." },
      { err.code, err.status, err.exit, err.text })
    assert.equal(2, E.invalid().exit)
    assert.equal("No such server.", tostring(err))
  end)

  it("is said with parameters, to programs under the code of a plainer one", function()
    local err = E.used { params = { names = { "a", "b", "c" }, port = 27015 } }
    assert.same({ "server.busy", "errors.spec.used", "a, b and c use port 27015." }, { err.code, err.key, err.text })
    assert.has_error(function() E.used() end, 'the text "{names} use port {port}." lacks its names')
    assert.has_error(function() E.not_found { params = { port = 1 } } end, 'the text "No such server." takes no port')
  end)

  it("carries a text that only a terminal shows, and then has no key", function()
    local err = E.not_found { text = "no socket at /run/x" }
    assert.same({ "spec.not_found", "no socket at /run/x" }, { err.code, tostring(err) })
    assert.is_nil(err.key)
  end)

  it("carries fields, in order of their names when shown", function()
    local P = require("base.validate").problems
    local err = E.invalid { fields = { port = P.taken(), name = P.missing() } }
    assert.equal("Some values cannot be used. name is missing; port is taken.", tostring(err))
    assert.same({ port = "is taken", name = "is missing" }, err.fields)
    assert.equal("problems.value.taken", err.problems.port.key)
  end)

  it("tells its errors from other tables", function()
    assert.is_true(errors.is(E.not_found()))
    assert.is_false(errors.is { code = "spec.not_found" })
    assert.is_false(errors.is("text"))
  end)

  it("raises for a name or an option that does not exist", function()
    assert.has_error(function() return E.nothing end, "no error named spec.nothing")
    assert.has_error(function() return E.not_found { feilds = {} } end)
    assert.has_error(function() return E.not_found { fields = { name = "is taken" } } end)
  end)

  it("refuses an entry without status or text", function()
    assert.has_error(function() errors.registry("x", { a = { status = 400 } }) end)
  end)

  it("knows which database failures are for people to see", function()
    local cases = {
      { { code = "SQLITE_FULL" }, "common.storage_full" },
      { { code = "SQLITE_BUSY" }, "common.unavailable" },
      { { code = "SQLITE_BUSY_SNAPSHOT" }, "common.unavailable" },
      { { code = "SQLITE_IOERR_WRITE" }, "common.unavailable" },
      { { code = "SQLITE_ERROR" }, nil },
      { "a string", nil },
      { { code = 7 }, nil },
    }
    for _, case in ipairs(cases) do
      local err = errors.from_database(case[1])
      assert.equal(case[2], err and err.code)
    end
  end)
end)
