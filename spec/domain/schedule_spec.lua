-- The mutex truth table: every cell, and the sentence a waiting job shows.
local schedule = require "domain.schedule"

local OPERATIONS = { "install", "refresh_workshop_items", "build_overlay", "start" }

-- build_overlay(1); server 1 has overlay 1 in its blueprint, server 2 has not.
local function job(id, operation, object, layers)
  local out = { id = id, operation = operation }
  if operation == "build_overlay" then out.overlay_id = object or 1 end
  if operation == "start" or operation == "stop" then
    out.server_id, out.overlays = object or 1, layers or { [1] = true }
  end
  return out
end

describe("The mutex table", function()
  -- candidate, running, object of the running one, its layers → may it start?
  local CELLS = {
    { "install", "install", false }, { "install", "refresh_workshop_items", false },
    { "install", "build_overlay", false }, { "install", "start", false },
    { "refresh_workshop_items", "install", false }, { "refresh_workshop_items", "refresh_workshop_items", false },
    { "refresh_workshop_items", "build_overlay", false }, { "refresh_workshop_items", "start", false },
    { "build_overlay", "install", false }, { "build_overlay", "refresh_workshop_items", false },
    { "build_overlay", "build_overlay", false, 1 }, { "build_overlay", "build_overlay", true, 2 },
    { "build_overlay", "start", false, 1, { [1] = true } }, { "build_overlay", "start", true, 1, { [2] = true } },
    { "start", "install", false }, { "start", "refresh_workshop_items", false },
    { "start", "build_overlay", false, 1 }, { "start", "build_overlay", true, 2 },
    { "start", "start", false, 1 }, { "start", "start", true, 2 },
  }

  for _, cell in ipairs(CELLS) do
    local candidate, running, may, object, layers = table.unpack(cell, 1, 5)
    it(("%s %s start while %s runs%s"):format(candidate, may and "may" or "may not", running,
      object and (" on object %d"):format(object) or ""), function()
      local reason = schedule.blocker(job(10, candidate), { job(9, running, object, layers) })
      assert.equal(may, reason == nil, reason)
      if not may then assert.matches("job 9", reason) end
    end)
  end

  it("has a cell for every pair of kinds", function()
    for _, candidate in ipairs(OPERATIONS) do
      for _, running in ipairs(OPERATIONS) do
        assert.is_function(schedule.TABLE[schedule.kind(candidate)][schedule.kind(running)])
      end
    end
  end)

  it("treats every server operation alike", function()
    for _, operation in ipairs { "initialize", "start", "stop", "reset", "delete" } do
      assert.equal("server", schedule.kind(operation))
    end
    assert.has_error(function() schedule.kind "dance" end)
  end)

  it("lets anything start when nothing runs", function()
    for _, operation in ipairs(OPERATIONS) do assert.is_nil(schedule.blocker(job(1, operation), {})) end
  end)
end)

describe("A build of a mounted overlay", function()
  it("waits, and says for which server", function()
    local reason = schedule.blocker(job(1, "build_overlay"), {}, { { name = "Friday" } })
    assert.equal("the stop of the server “Friday”, which has this overlay mounted", reason)
    assert.matches("and 1 more", schedule.blocker(job(1, "build_overlay"), {}, { { name = "a" }, { name = "b" } }))
    assert.is_nil(schedule.blocker(job(1, "build_overlay"), {}, {}))
  end)
end)
