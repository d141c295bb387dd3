-- Kept responses: sent again without being made again, only for what they were kept, and freed by whoever lets go last.
local echo = require "spec.support.echo"
local fault = require "host.fault"
local http = require "spec.support.http_client"
local serve = require "host.serve"

describe("serve.keep", function()
  it("takes a response with a body and nothing else", function()
    assert.equal("userdata", type(serve.keep { status = 200, body = "x", headers = { { "X-A", "b" } } }))
    for _, response in ipairs {
      { file = { path = "/etc/hostname" } }, { stream = { kind = "bell", topics = { "x" } } }, { status = 9 },
      { body = {} }, { stream = { kind = "bell", topics = { "x" } }, compress = true },
      { surprise = true }, { headers = { { "X-A", "b\r\nc" } } },
    } do
      assert.has_error(function() serve.keep(response) end)
    end
    assert.has_error(function() serve.keep "x" end)
    assert.has_error(function() serve.keep() end)
  end)

  it("is safe to close, twice and at once", function()
    for _ = 1, 1000 do
      local once <close> = serve.keep { body = ("x"):rep(1000) }
      local twice <close> = once
      assert.equal(once, twice)
    end
  end)

  it("keeps nothing of what an allocation refused", function()
    local source = [[
      local serve = require "host.serve"
      local kept <close> = serve.keep { status = 200, body = "x", headers = { { "X-A", "b" } }, compress = true }
      pcall(serve.keep, { headers = { { "X", {} } } })
    ]]
    for n = 0, 1000 do
      if fault.run(source, n) then return end
    end
    error("never succeeded")
  end)
end)

describe("A kept response", function()
  local server
  setup(function() server = echo.start { pool = 1 } end)
  teardown(function() server:close() end)
  before_each(function() server:get("/forget") end)

  local function ask(cookie, method, target)
    return http.request(server.address, method or "GET", target or "/kept", { headers = { Cookie = cookie } })
  end

  it("answers GET for its cookie and path", function()
    assert.equal("new\n", ask("a=1").body)
    local answer = ask("a=1")
    assert.same({ 200, "kept for a=1\n", "text/plain; charset=utf-8" },
      { answer.status, answer.body, answer.headers["content-type"] })
    assert.is_string(answer.headers.date)
    assert.equal("13", answer.headers["content-length"])
  end)

  it("answers nobody else and no other method", function()
    ask "a=1"
    assert.equal("new\n", ask("a=2").body)
    assert.equal("kept for a=1\n", ask("a=1").body)
    assert.equal("new\n", server:get("/kept").body)
    assert.equal("new\n", ask("a=1", "POST").body)
    assert.equal("hello\n", ask("a=1", "GET", "/hello").body)
    assert.equal("", ask("a=1", "HEAD").body)
  end)

  it("that may be compressed comes to each as it takes it, in one connection or in many", function()
    local body = ("kept words "):rep(500)
    local connection <close> = http.open(server.address)
    local heads = {}
    for n = 1, 40 do
      local coding = n % 2 == 0 and "gzip" or nil
      local options = { headers = { Cookie = "p=1", ["Accept-Encoding"] = coding or "br" } }
      local one = n % 4 > 1 and connection:request("GET", "/kept?packable=1", options)
        or http.request(server.address, "GET", "/kept?packable=1", options)
      assert.same({ 200, coding, "Accept-Encoding" }, { one.status, one.headers["content-encoding"], one.headers.vary })
      assert.equal(body, coding and http.unpacked(one.body) or one.body)
      heads[coding or ""] = heads[coding or ""] or one.headers["content-length"]
      assert.equal(heads[coding or ""], one.headers["content-length"])
    end
    assert.is_true(math.tointeger(heads.gzip) < #body / 10)
  end)

  it("is the answer of a handler too, also to HEAD", function()
    for _, coding in ipairs { "identity", "gzip" } do
      server:get("/forget")
      local options = { headers = { Cookie = "p=1", ["Accept-Encoding"] = coding } }
      local head = http.request(server.address, "HEAD", "/kept?packable=1", options)
      local whole = http.request(server.address, "GET", "/kept?packable=1", options)
      assert.same({ 200, "" }, { head.status, head.body })
      assert.same(http.body_told(whole), http.body_told(head))
    end
  end)

  it("is the same to many who ask at once", function()
    local connections, options = {}, { headers = { Cookie = "p=1", ["Accept-Encoding"] = "gzip" } }
    for i = 1, 8 do connections[i] = http.open(server.address) end
    for _ = 1, 20 do
      server:get("/forget")
      for _, one in ipairs(connections) do one:send(http.render("GET", "/kept?packable=1", options)) end
      local first = connections[1]:response("GET").body
      for i = 2, 8 do assert.equal(first, connections[i]:response("GET").body) end
    end
    for _, one in ipairs(connections) do one:close() end
  end)

  it("is sent whole on a connection that goes on", function()
    ask "a=1"
    local connection <close> = http.open(server.address)
    for _ = 1, 50 do
      assert.equal("kept for a=1\n", connection:request("GET", "/kept", { headers = { Cookie = "a=1" } }).body)
    end
  end)

  it("is forgotten when its state is, also while it is asked for", function()
    ask "a=1"
    local connections = {}
    for i = 1, 8 do
      connections[i] = http.open(server.address)
      for _ = 1, 20 do connections[i]:send(http.render("GET", "/kept", { headers = { Cookie = "a=1" } })) end
    end
    assert.equal(500, ask("a=1", "GET", "/raise").status)
    for _, connection in ipairs(connections) do
      for _ = 1, 20 do assert.equal(200, connection:response("GET").status) end
      connection:close()
    end
  end)

  it("that is something else is none, and a recall that raises is a fault", function()
    ask "a=1"
    assert.equal("new\n", ask("a=1", "GET", "/kept?odd").body)
    assert.equal(500, ask("a=1", "GET", "/kept?raise").status)
    assert.equal("hello\n", ask("a=1", "GET", "/hello").body)
  end)
end)
