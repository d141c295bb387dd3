-- domain.supervised: a status record is believed only as far as its processes still live.
local supervised = require "domain.supervised"

local function judged(state, supervisor_alive, game_alive)
  local status = supervised.judge(state and { state = state }, supervisor_alive, game_alive)
  return status.state .. "/" .. status.active .. "/" .. status.sub
end

describe("a server's status", function()
  it("is stopped when it never ran", function()
    assert.equal("stopped/inactive/dead", judged(nil, false, false))
  end)

  it("is what its living supervisor says", function()
    assert.equal("unknown/activating/start", judged("starting", true, false))
    assert.equal("running/active/running", judged("running", true, true))
    assert.equal("unknown/activating/auto-restart", judged("waiting", true, false))
    assert.equal("unknown/deactivating/stop-sigint", judged("stopping", true, true))
    assert.equal("stopped/inactive/dead", judged("stopped", true, false))
    assert.equal("stopped/failed/failed", judged("failed", true, false))
  end)

  it("is an end that was written, also without a supervisor", function()
    assert.equal("stopped/inactive/dead", judged("stopped", false, false))
    assert.equal("stopped/failed/failed", judged("failed", false, false))
  end)

  it("is stopped when both were killed, whatever the record says", function()
    for _, state in ipairs { "starting", "running", "waiting", "stopping" } do
      assert.equal("stopped/failed/dead", judged(state, false, false))
    end
  end)

  it("is unknown when only the game is left", function()
    assert.equal("unknown/active/abandoned", judged("running", false, true))
  end)
end)
