-- domain.supervised: a status record is believed only as far as its processes still live.
local supervised = require "domain.supervised"

local function judged(state, supervisor_alive, game_alive)
  local status = supervised.judge(state and { state = state }, supervisor_alive, game_alive)
  return status.state .. "/" .. status.active .. "/" .. status.sub
end

describe("A status record", function()
  it("has its error as a phrase too, when it is one that is known", function()
    local phrase = require "base.phrase"
    assert.is_table(require("base.validate").problems)
    local packed = phrase.pack(require("domain.endings").code { code = 3 })
    assert.equal("endings.run.code", supervised.record({ state = "failed", reason = packed }).reason.key)
    for _, hostile in ipairs { "endings.run.code", "problems.value.taken", "x", packed .. "\27[2J",
      packed .. "\nmore=1", packed .. ("1"):rep(1000), 7, {} } do
      assert.is_nil(supervised.record({ state = "failed", reason = hostile }).reason)
    end
  end)

  local RUN = ("0123456789abcdef"):rep(2)

  it("is read as its supervisor wrote it", function()
    local record = { state = "waiting", supervisor = { pid = 7, start_time = 8 }, game = { pid = 9, start_time = 10 },
      since = 11, invocation = RUN, restarts = 2, exit = "code 1", error = "no" }
    assert.same(record, supervised.record(record))
  end)

  it("is none when its state is none", function()
    for _, raw in ipairs { false, 1, "running", {}, { state = "up" }, { state = {} }, { state = 1 } } do
      assert.is_nil(supervised.record(raw))
    end
  end)

  it("names no process that cannot be one, so that none of ours is signalled", function()
    for _, process in ipairs { 7, "7", {}, { pid = 0, start_time = 1 }, { pid = -1, start_time = 1 },
      { pid = 1 << 32, start_time = 1 }, { pid = "7", start_time = 1 }, { pid = 7 }, { pid = 7, start_time = 1.5 },
      { pid = 7, start_time = "1" } } do
      local record = supervised.record { state = "running", supervisor = process, game = process }
      assert.is_nil(record.supervisor or record.game)
    end
  end)

  it("names no run that could be another path", function()
    for _, run in ipairs { "../../../../etc/passwd", "", RUN .. "0", RUN:sub(2), ("g"):rep(32), 7, {}, "../" .. RUN } do
      assert.is_nil(supervised.record { state = "running", invocation = run }.invocation)
    end
  end)

  it("says nothing that a terminal would obey, and no time that is none", function()
    local record = supervised.record { state = "failed", error = "\27]0;x\7", exit = { "x" }, since = 1 << 60,
      restarts = "many" }
    assert.same({ state = "failed", error = "\\x1b]0;x\\x07", restarts = 0 }, record)
  end)
end)

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
