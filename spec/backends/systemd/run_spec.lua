-- backends.systemd.run: where a server's output lies, from its record and what systemd says, both played.
local json = require "host.json"
local runs = require "backends.systemd.run"

local CURSOR = "s=" .. ("a"):rep(32) .. ";i=1f;b=" .. ("b"):rep(32) .. ";m=1;t=2;x=3"

local function log_of(record, properties)
  return runs.log({
    dir = { read = function() return record and (type(record) == "string" and record or json.encode(record)) end },
    questions = { ask = function() return properties end },
  }, "7")
end

describe("The output of a server", function()
  local here, before = runs.boot_id(), ("c"):rep(32)

  it("begins behind the cursor of its start, and is of the invocation while nothing started it again", function()
    local running = { ActiveState = "active", InvocationID = ("d"):rep(32), NRestarts = 0 }
    assert.same({ kind = "journal", unit = "left4me-server@7.service", boot = here, after = CURSOR,
      invocation = running.InvocationID }, log_of({ boot = here, cursor = CURSOR }, running))
    running.NRestarts = 1
    assert.is_nil(log_of({ boot = here, cursor = CURSOR }, running).invocation)
  end)

  it("is that of this boot when the host started the server", function()
    local log = log_of({ boot = before, cursor = CURSOR }, { ActiveState = "active", NRestarts = 1 })
    assert.same({ here }, { log.boot, log.after })
  end)

  it("is that of the last boot when it did not run since", function()
    local log = log_of({ boot = before, cursor = CURSOR }, { ActiveState = "inactive" })
    assert.same({ before, CURSOR }, { log.boot, log.after })
  end)

  it("is nowhere when it never ran", function()
    assert.is_nil(log_of(nil, { ActiveState = "inactive" }))
  end)

  it("takes no word of a record that is none", function()
    for _, record in ipairs { "[]", "7", "{", '{"boot":7,"cursor":{}}', '{"boot":"x","cursor":"../../etc"}' } do
      assert.is_nil(log_of(record, { ActiveState = "inactive" }))
    end
  end)
end)
