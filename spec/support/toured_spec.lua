-- Every page of the registry has an example for the tour, also where there is no browser to go on it.
local toured = require "spec.support.toured"

describe("The tour", function()
  it("has an address of every page, each with a name of its own", function()
    local some = setmetatable({}, { __index = function() return 1 end })
    local seeded = setmetatable({ by_state = { queued = 1 }, ready = 1 }, { __index = function() return some end })
    local seen, names = {}, {}
    for _, stop in ipairs(toured.stops(seeded)) do
      seen[stop.route] = true
      assert.is_nil(names[stop.name], stop.name)
      names[stop.name] = true
      assert.is_nil(stop.path:find ":", stop.path)
    end
    for _, path in ipairs(toured.routes()) do assert.is_true(seen[path], path) end
  end)
end)
