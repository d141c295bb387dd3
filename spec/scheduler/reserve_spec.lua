-- Specs of scheduler.reserve: space is kept back while there is room, given up once, and taken back later.
local reserves = require "scheduler.reserve"
local support = require "spec.support.scheduler"

describe("The space kept back", function()
  local host, reserve, root
  before_each(function()
    host = support.new()
    root = host.ports.root
    reserve = reserves.new(root, require("host.crypto").random)
  end)
  after_each(function() host:close() end)

  local function kept()
    local stat = root:stat "run/reserve"
    return stat and stat.blocks * 512 or 0
  end

  it("takes real blocks of the disk until it is given up, and again afterwards", function()
    reserve:keep()
    assert.is_true(kept() >= 1 << 20)
    reserve:release()
    reserve:release()
    assert.equal(0, kept())
    reserve:keep()
    assert.is_true(kept() >= 1 << 20)
  end)

  it("is not written again as long as it is there", function()
    reserve:keep()
    local inode = root:stat("run/reserve").inode
    reserve:keep()
    assert.equal(inode, root:stat("run/reserve").inode)
    root:write("run/reserve", "half")
    reserve:keep()
    assert.equal(1 << 20, root:stat("run/reserve").size)
  end)

  it("is not taken from a disk with little room", function()
    local narrow = setmetatable({ free = function() return { free_bytes = 8 << 20, total_bytes = 1 << 30 } end }, {
      __index = function(_, name)
        return function(_, ...) return root[name](root, ...) end
      end,
    })
    reserves.new(narrow, require("host.crypto").random):keep()
    assert.equal(0, kept())
  end)
end)
