-- The mutex truth table: every cell for every pair of operations, and the sentence a waiting job shows.
local job_rules = require "domain.job"
local schedule = require "domain.schedule"

-- As in the contract: rows are candidates, columns what runs. "no": never together; "other": only when the two work
-- on different things; "layer": unless the overlay that is built is in the server's blueprint.
local CONTRACT = {
  install = { install = "no", refresh = "no", build = "no", server = "no" },
  refresh = { install = "no", refresh = "no", build = "no", server = "no" },
  build = { install = "no", refresh = "no", build = "other", server = "layer" },
  server = { install = "no", refresh = "no", build = "layer", server = "other" },
}

local KIND = {
  install = "install", refresh_workshop_items = "refresh", build_overlay = "build",
  initialize = "server", start = "server", stop = "server", reset = "server", delete = "server",
}

local function job(id, operation, object, layers)
  local made = { id = id, operation = operation }
  if KIND[operation] == "build" then made.overlay_id = object end
  if KIND[operation] == "server" then made.server_id, made.overlays = object, layers end
  return made
end

local function may(candidate, running)
  return schedule.blocker(candidate, { running }) == nil
end

-- What is tried for each kind of cell: pairs of objects, layers of the server, and whether the candidate may start.
local TRIALS = {
  no = { { 1, 2, {}, false }, { 1, 1, { [1] = true }, false } },
  other = { { 1, 2, { [1] = true, [2] = true }, true }, { 1, 1, {}, false } },
  layer = { { 1, 1, { [2] = true }, true }, { 1, 2, {}, true }, { 3, 3, { [2] = true, [3] = true }, false } },
}

describe("The mutex table", function()
  for candidate, kind in pairs(KIND) do
    for running, other in pairs(KIND) do
      local rule = CONTRACT[kind][other]
      it(("says “%s” to %s while %s runs"):format(rule, candidate, running), function()
        for _, trial in ipairs(TRIALS[rule]) do
          local one, two, layers, expected = table.unpack(trial)
          assert.equal(expected, may(job(10, candidate, one, layers), job(9, running, two, layers)))
        end
      end)
    end
  end

  it("knows every operation there is, and no other", function()
    for operation in pairs(job_rules.OPERATIONS) do assert.equal(KIND[operation], schedule.kind(operation)) end
    for operation in pairs(KIND) do assert.truthy(job_rules.OPERATIONS[operation]) end
    assert.has_error(function() schedule.kind "dance" end)
  end)

  it("lets anything start when nothing runs", function()
    for operation in pairs(KIND) do assert.is_nil(schedule.blocker(job(1, operation, 1, { [1] = true }), {})) end
  end)

  it("keeps a job waiting as long as one of many stands in its way", function()
    local running = { job(1, "stop", 1, {}), job(2, "stop", 2, {}), job(3, "stop", 3, {}) }
    assert.matches("job 3", tostring(schedule.blocker(job(9, "start", 3, {}), running)))
    assert.is_nil(schedule.blocker(job(9, "start", 4, {}), running))
  end)
end)

describe("The reason a job waits", function()
  local function reason(running)
    return tostring(schedule.blocker(job(10, "install"), { running }))
  end

  it("names what runs and its job", function()
    assert.equal("the installation of the game (job 9)", reason(job(9, "install")))
    assert.equal("the Workshop refresh (job 9)", reason(job(9, "refresh_workshop_items")))
    assert.equal("the build of overlay 4 (job 9)", reason(job(9, "build_overlay", 4)))
    assert.equal("stop of server 5 (job 9)", reason(job(9, "stop", 5, {})))
  end)

  it("of a build whose overlay is mounted names the server, and how many more there are", function()
    local function blocked(mounted) return tostring(schedule.blocker(job(1, "build_overlay", 1), {}, mounted)) end
    assert.equal("the stop of the server “Friday”, which has this overlay mounted", blocked { { name = "Friday" } })
    assert.equal("the stop of the server “a” and 1 more server, which have this overlay mounted",
      blocked { { name = "a" }, { name = "b" } })
    assert.equal("the stop of the server “a” and 2 more servers, which have this overlay mounted",
      blocked { { name = "a" }, { name = "b" }, { name = "c" } })
    assert.is_nil(schedule.blocker(job(1, "build_overlay", 1), {}, {}))
  end)

  it("has words for every operation", function()
    for operation in pairs(require("domain.job").OPERATIONS) do
      assert.matches("%(job 9%)$", reason(job(9, operation, 7, {})))
    end
  end)

  it("says how many jobs there may be at once when that is all", function()
    assert.equal("the running job to end", tostring(schedule.full(1)))
    assert.equal("one of 4 running jobs to end", tostring(schedule.full(4)))
  end)
end)
