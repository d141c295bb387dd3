-- Specs of services.unit: all or nothing, bells after the commit, faults are not hidden.
local support = require "spec.support.app"
local unit = require "services.unit"

describe("services.unit", function()
  local app
  before_each(function() app = support.new() end)

  local function entries() return app.ports.db:value("SELECT count(*) FROM audit") end

  it("rings after the commit, and keeps the audit entry", function()
    local before, during = entries(), nil
    local value = unit.act(app.ports, app.users.bob, function(act)
      act:audit("x.do", "x:1")
      act:ring("xs")
      during = #app.rung
      return "done"
    end)
    assert.same({ "done", 0, before + 1 }, { value, during, entries() })
    assert.is_true(support.rang(app, "xs"))
  end)

  it("keeps and rings nothing when the action is refused or raises", function()
    local before = entries()
    local function refuse(act)
      act:audit("x.do", "x:1")
      act:ring("xs")
      return nil, "refused"
    end
    assert.same({ nil, "refused" }, { unit.act(app.ports, app.users.bob, refuse) })
    assert.has_error(function()
      unit.act(app.ports, app.users.bob, function(act)
        refuse(act)
        error("broken", 0)
      end)
    end, "broken")
    assert.equal(before, entries())
    assert.is_false(support.rang(app, "xs"))
  end)

  it("bounds lists and shows people their own", function()
    assert.same({ limit = 50, after = 0, user_id = 2 }, unit.page { id = 2 })
    assert.same({ limit = 200, after = 7 }, unit.page({ id = 1, admin = true }, { limit = 10000, after = 7 }))
    assert.has_error(function() unit.page {} end)
  end)

  it("lets go of what may fail on a full disk, but of no fault", function()
    unit.try(error, { code = "SQLITE_FULL" })
    assert.has_error(function() unit.try(error, "a fault") end)
  end)
end)
