-- host.loop: descriptors and tags in, events out.
local descriptors = require "spec.support.descriptors"
local loop = require "host.loop"
local sock = require "host.sock"

local function pair()
  local listener <close> = assert(sock.tcp_listen("127.0.0.1", 0))
  local a = assert(sock.tcp_connect("127.0.0.1", listener:local_port()))
  assert(listener:wait("r", 1000))
  return a, assert(listener:accept())
end

describe("host.loop", function()
  it("gives back the tag of a readable descriptor", function()
    local l <close> = assert(loop.new())
    local a <close>, b = pair()
    local tag = {}
    assert(l:add(b:fd(), "r", tag))
    assert.same({}, l:wait(0))
    a:send("x")
    local events = l:wait(1000)
    assert.equal(1, #events)
    assert.equal(tag, events[1].tag)
    assert.is_true(events[1].readable)
    assert.is_nil(events[1].writable)
    b:close()
  end)

  it("stops watching and changes its interest when told", function()
    local l <close> = assert(loop.new())
    local a <close>, b = pair()
    assert(l:add(a:fd(), "w", "a"))
    assert.is_true(l:wait(1000)[1].writable)
    assert(l:mod(a:fd(), "r"))
    assert.same({}, l:wait(0))
    assert(l:del(a:fd()))
    b:send("x")
    assert.same({}, l:wait(0))
    b:close()
  end)

  it("names the failure of a descriptor it does not know", function()
    local l <close> = assert(loop.new())
    local socket <close> = assert(sock.udp("127.0.0.1", 0))
    assert.equal("ENOENT", select(3, l:mod(socket:fd(), "r")))
    assert.equal("EBADF", select(3, l:add(9999, "r", 1)))
  end)

  it("keeps the tag of a descriptor that is added a second time in vain", function()
    local l <close> = assert(loop.new())
    local socket <close> = assert(sock.udp("127.0.0.1", 0))
    assert(l:add(socket:fd(), "w", "first"))
    assert.equal("EEXIST", select(3, l:add(socket:fd(), "w", "second")))
    assert.equal("first", l:wait(1000)[1].tag)
  end)

  it("raises on misuse: a wrong mode, a closed loop", function()
    local l = assert(loop.new())
    assert.has_error(function() l:add(0, "x", 1) end)
    l:close()
    l:close()
    assert.error_matches(function() l:wait(0) end, "closed host.loop")
  end)

  it("leaks nothing when memory runs out", function()
    local before = descriptors.count()
    descriptors.fail_each_allocation [[
      local l <close> = assert(require("host.loop").new())
      local s <close> = assert(require("host.sock").udp("127.0.0.1", 0))
      l:add(s:fd(), "w", "tag")
      l:wait(1000)
    ]]
    assert.equal(before, descriptors.count())
  end)
end)
