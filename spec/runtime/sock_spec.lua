-- host.sock: TCP, UDP and Unix sockets that never block unless asked to.
local descriptors = require "spec.support.descriptors"
local runtime = require "host.runtime"
local sock = require "host.sock"

local function path()
  local name = os.tmpname()
  os.remove(name)
  return name
end

describe("host.sock", function()
  it("carries bytes over TCP and tells the end of a stream", function()
    local listener <close> = assert(sock.tcp_listen("127.0.0.1", 0))
    assert.same({ nil, "again" }, { listener:accept() })
    local client <close> = assert(sock.tcp_connect("127.0.0.1", listener:local_port()))
    assert(listener:wait("r", 1000))
    local server <close> = assert(listener:accept())
    assert(client:wait("w", 1000))
    assert.is_true(client:connected())
    assert.same({ nil, "again" }, { client:recv(10) })
    assert.equal(5, server:send("hello"))
    assert(client:wait("r", 1000))
    assert.equal("hello", client:recv(10))
    server:close()
    assert(client:wait("r", 1000))
    assert.same({ nil, "eof" }, { client:recv(10) })
  end)

  it("says a refused connection with its code", function()
    local gone = assert(sock.tcp_listen("127.0.0.1", 0))
    local port = gone:local_port()
    gone:close()
    local client, _, code = sock.tcp_connect("127.0.0.1", port)
    if client then
      client:wait("w", 1000)
      code = select(3, client:connected())
      client:close()
    end
    assert.equal("ECONNREFUSED", code)
  end)

  it("tells who sent a datagram", function()
    local a <close> = assert(sock.udp("127.0.0.1", 0))
    local b <close> = assert(sock.udp("127.0.0.1", 0))
    assert.equal(3, a:sendto("hey", "127.0.0.1", b:local_port()))
    assert(b:wait("r", 1000))
    assert.same({ "hey", "127.0.0.1", a:local_port() }, { b:recvfrom(100) })
    assert.same({ nil, "again" }, { b:recvfrom(100) })
  end)

  it("refuses names and bad ports as addresses", function()
    assert.equal("EINVAL", select(3, sock.tcp_connect("localhost", 80)))
    assert.equal("EINVAL", select(3, sock.tcp_connect("127.1", 80)))
    assert.equal("EINVAL", select(3, sock.udp("127.0.0.1", 70000)))
  end)

  it("names a port in use", function()
    local first <close> = assert(sock.udp("127.0.0.1", 0))
    assert.equal("EADDRINUSE", select(3, sock.udp("127.0.0.1", first:local_port())))
  end)

  it("tells the peer of a Unix socket and keeps others out by its mode", function()
    local name = path()
    local listener <close> = assert(sock.unix_listen(name, tonumber("600", 8)))
    local client <close> = assert(sock.unix_connect(name))
    assert(listener:wait("r", 1000))
    local server <close> = assert(listener:accept())
    local pid, uid, gid = runtime.ids()
    assert.same({ pid = pid, uid = uid, gid = gid }, server:peer())
    assert.is_true(client:connected())
    os.remove(name)
  end)

  it("answers timeout when nothing comes", function()
    local socket <close> = assert(sock.udp("127.0.0.1", 0))
    assert.same({ nil, "timeout" }, { socket:wait("r", 1) })
  end)

  it("raises on a closed socket and closes twice", function()
    local socket = assert(sock.udp("127.0.0.1", 0))
    socket:close()
    socket:close()
    assert.error_matches(function() socket:fd() end, "closed host.sock")
  end)

  it("leaks nothing when memory runs out", function()
    local before = descriptors.count()
    descriptors.fail_each_allocation [[
      local sock = require "host.sock"
      local listener <close> = assert(sock.tcp_listen("127.0.0.1", 0))
      local client <close> = assert(sock.tcp_connect("127.0.0.1", listener:local_port()))
      listener:wait("r", 1000)
      local server <close> = assert(listener:accept())
      server:send("x")
      client:wait("r", 1000)
      client:recv(10)
    ]]
    assert.equal(before, descriptors.count())
  end)
end)
