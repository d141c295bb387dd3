-- Specs of base.fsm: steps as a table.
local fsm = require "base.fsm"

describe("base.fsm", function()
  local machine = fsm.define {
    { name = "claim", from = "queued", to = "running" },
    { name = "cancel", from = { "queued", "waiting" }, to = "cancelled" },
  }

  it("goes only where the table leads", function()
    assert.equal("running", machine:next("claim", "queued"))
    assert.equal("cancelled", machine:next("cancel", "waiting"))
    assert.is_true(machine:can("cancel", "queued"))
    assert.is_false(machine:can("claim", "running"))
  end)

  it("raises with both names for a step that is not listed", function()
    assert.has_error(function() machine:next("claim", "running") end, "running cannot claim")
    assert.has_error(function() machine:next("fly", "running") end, "no event fly")
    assert.has_error(function() machine:can("fly", "running") end, "no event fly")
  end)

  it("knows final states", function()
    assert.is_true(machine:final("running"))
    assert.is_false(machine:final("queued"))
    assert.has_error(function() machine:final("nowhere") end, "no state nowhere")
  end)

  it("refuses the same step twice and lists its rows", function()
    assert.equal(3, #machine:rows())
    assert.has_error(function()
      fsm.define { { name = "a", from = "x", to = "y" }, { name = "a", from = "x", to = "z" } }
    end)
  end)
end)
