-- A job's states: the steps there are, and that no others are.
local job = require "domain.job"

local STATES = { "queued", "running", "cancelling", "succeeded", "failed", "cancelled", "lost" }

describe("A job", function()
  it("takes only the steps of the table", function()
    local steps = 0
    for _, event in ipairs { "claim", "cancel", "succeed", "fail", "end_cancelled", "lose" } do
      for _, state in ipairs(STATES) do
        if job.machine:can(event, state) then steps = steps + 1 end
      end
    end
    assert.equal(9, steps)
    assert.error_matches(function() job.machine:next("claim", "running") end, "running cannot claim")
  end)

  it("is over in succeeded, failed, cancelled and lost", function()
    for _, state in ipairs(STATES) do
      assert.equal(not (state == "queued" or state == "running" or state == "cancelling"), job.final(state))
    end
  end)

  it("is judged by its exit code and by whether a cancel was asked for", function()
    assert.equal("succeeded", job.outcome("running", 0))
    assert.equal("failed", job.outcome("running", 3))
    assert.equal("cancelled", job.outcome("cancelling", 143))
    assert.equal("succeeded", job.outcome("cancelling", 0))
  end)

  it("tells the state its server shall have", function()
    assert.equal("running", job.desired "start")
    assert.equal("stopped", job.desired "reset")
    assert.is_nil(job.desired "initialize")
  end)
end)
