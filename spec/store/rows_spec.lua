-- Specs of store.rows: booleans, pages, taken values.
local rows = require "store.rows"

describe("store.rows", function()
  it("turns 0 and 1 into booleans and lets nothing be nothing", function()
    assert.same({ a = true, b = false, c = 1 }, rows.flags({ a = 1, b = 0, c = 1 }, "a", "b"))
    assert.is_nil(rows.flags(nil, "a"))
  end)

  it("cuts a page to its limit and says where to go on", function()
    local list = rows.page({ { id = 1 }, { id = 2 }, { id = 3 } }, 2)
    assert.equal(2, #list)
    assert.equal(2, list.next)
    assert.is_nil(rows.page({ { id = 1 } }, 1).next)
  end)

  it("names the column that is taken, and raises for any other constraint", function()
    assert.equal(7, rows.unique(1, 7))
    assert.equal("port", select(2, rows.unique(nil,
      "UNIQUE constraint failed: servers.port", "SQLITE_CONSTRAINT_UNIQUE")))
    assert.equal("name", select(2, rows.unique(nil,
      "UNIQUE constraint failed: servers.user_id, servers.name", "SQLITE_CONSTRAINT_UNIQUE")))
    assert.has_error(function() rows.unique(nil, "CHECK constraint failed: x", "SQLITE_CONSTRAINT_CHECK") end)
    assert.equal(0, rows.changed(0, 7))
  end)
end)
