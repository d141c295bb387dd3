-- Specs of base.log: one message, one line.
local log = require "base.log"

describe("base.log", function()
  local lines, logger
  before_each(function()
    lines = {}
    logger = log.new { sink = function(line) lines[#lines + 1] = line end }
  end)

  it("writes level and message, and drops what is below its level", function()
    logger:debug("hidden")
    logger:info("started on %s", "127.0.0.1:8000")
    assert.same({ "info: started on 127.0.0.1:8000" }, lines)
  end)

  it("keeps a message with line ends and escapes on one line", function()
    logger:warning("login of %s", "x\nerror: forged\27[2J")
    assert.same({ "warning: login of x\\x0aerror: forged\\x1b[2J" }, lines)
  end)

  it("takes a message without arguments as it is", function()
    logger:error("100% of it")
    assert.same({ "error: 100% of it" }, lines)
  end)

  it("cuts an endless message", function()
    logger:info(("x"):rep(100000))
    assert.is_true(#lines[1] < 4100)
  end)

  it("has children that say who they are", function()
    logger:child("jobs"):info("claimed")
    assert.same({ "jobs info: claimed" }, lines)
  end)

  it("refuses an unknown level", function()
    assert.has_error(function() log.new { sink = print, level = "loud" } end)
  end)
end)
