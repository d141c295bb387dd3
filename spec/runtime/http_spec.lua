-- The HTTP server over raw sockets: strict requests, bounded bodies, honest responses, slow and broken clients.
local echo = require "spec.support.echo"
local http = require "spec.support.http_client"
local json = require "host.json"
local service = require "spec.support.service"

local HEAD = "Host: x\r\nConnection: close\r\n"

local function get(path, headers)
  return ("GET %s HTTP/1.1\r\n%s%s\r\n"):format(path, HEAD, headers or "")
end
local function post(headers, body)
  return ("POST /echo HTTP/1.1\r\n%s%s\r\n%s"):format(HEAD, headers, body or "")
end
local function body_of(text)
  return text:match("\r\n\r\n(.*)$")
end

describe("A request", function()
  local server
  setup(function() server = echo.start { body_limit = 100000 } end)
  teardown(function() server:close() end)

  it("reaches the handler as a table", function()
    local text = server:raw("PUT /echo?q=%41&r HTTP/1.1\r\nHost: x:80\r\nConnection: close\r\n"
      .. "X-One: a\r\nx-one:b\r\nContent-Length: 5\r\n\r\nhel\nlo")
    local seen = json.decode(body_of(text))
    assert.same({ method = "PUT", path = "/echo", query = "q=%41&r", body = "hel\nl", remote = "127.0.0.1",
      headers = { host = "x:80", connection = "close", ["x-one"] = "a, b", ["content-length"] = "5" } }, seen.request)
    assert.equal(server.directory, seen.config)
  end)

  local refused = {
    ["without Host"] = { "GET /hello HTTP/1.1\r\nConnection: close\r\n\r\n" },
    ["without any header"] = { "GET /hello HTTP/1.1\r\n\r\n" },
    ["with two Hosts"] = { get("/hello", "Host: y\r\n") },
    ["with an empty Host"] = { "GET /hello HTTP/1.1\r\nHost:\r\n\r\n" },
    ["with a Host that is no name"] = { "GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n" },
    ["with two Authorizations"] = { get("/hello", "Authorization: Bearer a\r\nauthorization: Bearer b\r\n") },
    ["with two Content-Types"] = { post("Content-Type: a/b\r\nContent-Type: a/c\r\n") },
    ["with Content-Length and Transfer-Encoding"] =
      { post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n") },
    ["with Transfer-Encoding identity and Content-Length"] =
      { post("Content-Length: 3\r\nTransfer-Encoding: identity\r\n", "abc") },
    ["of HTTP/1.0 with Transfer-Encoding"] =
      { "POST /echo HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
    ["with two Content-Lengths"] = { post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc") },
    ["with a list of Content-Lengths"] = { post("Content-Length: 3, 3\r\n", "abc") },
    ["with a signed Content-Length"] = { post("Content-Length: +3\r\n", "abc") },
    ["with a Content-Length beyond 64 bits"] = { post("Content-Length: 99999999999999999999\r\n", "abc") },
    ["with a chunk size that is no number"] = { post("Transfer-Encoding: chunked\r\n", "zz\r\nabc\r\n0\r\n\r\n") },
    ["with a negative chunk size"] = { post("Transfer-Encoding: chunked\r\n", "fffffffffffffff0\r\nabc\r\n0\r\n\r\n") },
    ["with bare line feeds"] = { "GET /hello HTTP/1.1\nHost: x\nConnection: close\n\n" },
    ["with one bare line feed"] = { "GET /hello HTTP/1.1\r\nHost: x\nConnection: close\r\n\r\n" },
    ["with NUL in a header"] = { get("/hello", "X: a\0b\r\n") },
    ["with NUL in the address"] = { get("/he\0llo") },
    ["with a folded header"] = { get("/hello", "X: a\r\n b: c\r\n") },
    ["with a folded first header"] = { "GET /hello HTTP/1.1\r\n X: a\r\nHost: x\r\n\r\n" },
    ["with a blank before a colon"] = { get("/hello", "X : a\r\n") },
    ["with a header name that is no token"] = { get("/hello", "X(y): a\r\n") },
    ["with a header name that is not ASCII"] = { get("/hello", "X\xe9: a\r\n") },
    ["of an unknown method"] = { "BREW /hello HTTP/1.1\r\nHost: x\r\n\r\n" },
    ["of another protocol"] = { "\x16\x03\x01\x02\0\1\0\1\r\n\r\n" },
    ["with 20 KB of header"] = { get("/hello", "X: " .. ("a"):rep(20000) .. "\r\n") },
    ["with 15.5 KB of header"] = { get("/hello", "X: " .. ("a"):rep(15500) .. "\r\n"), 431 },
    ["with 100 headers"] = { get("/hello", ("X: a\r\n"):rep(100)), 431 },
    ["with a body over the limit"] = { post("Content-Length: 100001\r\n", ("a"):rep(100001)), 413 },
    ["with chunks over the limit"] =
      { post("Transfer-Encoding: chunked\r\n", ("1000\r\n" .. ("a"):rep(4096) .. "\r\n"):rep(30) .. "0\r\n\r\n"), 413 },
    ["that announces a huge body"] = { post("Content-Length: 999999999999\r\n"), 413 },
    ["that expects something else than 100-continue"] = { post("Content-Length: 3\r\nExpect: tea\r\n"), 417 },
    ["of HTTP/2"] = { "GET /hello HTTP/2.0\r\nHost: x\r\n\r\n", 505 },
    ["with an unknown transfer coding"] = { post("Transfer-Encoding: gzip\r\n") },
  }
  for name, case in pairs(refused) do
    it(name .. " is refused", function()
      local text, status = server:raw(case[1])
      assert.equal(case[2] or 400, status)
      assert.matches("Connection: close", text, 1, true)
      assert.equal(200, server:get("/hello").status)
    end)
  end

  it("that ends in bare line feeds is refused, whatever the one before it left in memory", function()
    local connection <close> = http.open(server.address)
    connection:send "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"
    assert.equal(200, connection:response().status)
    connection:send "GET /hello HTTP/1.1\r\nHost: x\n\n"
    assert.equal(400, connection:response().status)
  end)

  local accepted = {
    ["with 14 KB of header"] = { get("/hello", "X: " .. ("a"):rep(14000) .. "\r\n") },
    ["with 60 headers"] = { get("/hello", ("X: a\r\n"):rep(60)) },
    ["with an 8 KB address"] = { get("/" .. ("a"):rep(8192)), 404 },
    ["with %00 in its address (the router's business)"] = { get("/a%00b"), 404 },
    ["with %0d%0a in its address"] = { get("/a%0d%0aSet-Cookie:%20x=y"), 404 },
    ["of HTTP/1.0"] = { "GET /hello HTTP/1.0\r\nHost: x\r\n\r\n" },
    ["of method OPTIONS"] = { "OPTIONS /echo HTTP/1.1\r\n" .. HEAD .. "\r\n" },
    ["of method DELETE"] = { "DELETE /echo HTTP/1.1\r\n" .. HEAD .. "\r\n" },
    ["that asks for a websocket"] =
      { "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n" },
    ["with a body at the limit"] = { post("Content-Length: 100000\r\n", ("a"):rep(100000)) },
  }
  for name, case in pairs(accepted) do
    it(name .. " is answered", function()
      assert.equal(case[2] or 200, select(2, server:raw(case[1])))
    end)
  end

  it("may send its body in chunks", function()
    local text = server:raw(post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n"))
    assert.equal("abc0123456789", json.decode(body_of(text)).request.body)
  end)

  it("is told to go on when it expects 100-continue, unless its body is too large", function()
    assert.matches("^HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ",
      (server:raw(post("Content-Length: 3\r\nExpect: 100-continue\r\n", "abc"))))
    assert.matches("^HTTP/1.1 413 ", (server:raw(post("Content-Length: 100001\r\nExpect: 100-continue\r\n"))))
  end)

  it("with a body far over the limit gets to read the answer before the connection is cut", function()
    assert.equal(413, select(2, server:raw(post("Content-Length: 8000000\r\n", ("a"):rep(8000000)))))
  end)

  it("for HEAD gets the headers of GET and no body", function()
    local text = server:raw("HEAD /hello HTTP/1.1\r\n" .. HEAD .. "\r\n")
    assert.matches("^HTTP/1.1 200 OK\r\n", text)
    assert.matches("Content%-Length: 6\r\n", text)
    assert.equal("", body_of(text))
  end)

  it("can share a connection with others, pipelined or one after the other", function()
    local connection <close> = http.open(server.address)
    for _ = 1, 3 do assert.equal("hello\n", connection:request("GET", "/hello").body) end
    connection:send(("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"):rep(5))
    for _ = 1, 5 do assert.equal("hello\n", connection:response().body) end
  end)
end)

describe("A response", function()
  local server
  setup(function() server = echo.start() end)
  teardown(function() server:close() end)

  it("carries several headers of one name, a date, and no word about the server's software", function()
    local response = server:get("/cookies")
    assert.same({ "a=1", "b=2" }, response.cookies)
    assert.matches("^%a%a%a, %d%d %a%a%a %d%d%d%d %d%d:%d%d:%d%d GMT$", response.headers.date)
    assert.is_nil(response.headers.server)
  end)

  for name, path in pairs {
    ["a line break in a header"] = "/header?value=a%0d%0aX-Evil:%20b",
    ["a line feed in a header"] = "/header?value=a%0aX-Evil:%20b",
    ["NUL in a header"] = "/header?value=a%00b",
    ["a header name with a blank"] = "/header?name=a%20b&value=1",
    ["a Content-Length of its own"] = "/header?name=content-length&value=1",
    ["a Transfer-Encoding of its own"] = "/header?name=Transfer-Encoding&value=chunked",
    ["a status that is none"] = "/status?status=99",
    ["an unknown field"] = "/odd",
    ["nothing at all"] = "/nothing",
  } do
    it("with " .. name .. " is replaced by an error", function()
      local text, status = server:raw(get(path))
      assert.equal(500, status)
      assert.is_nil(text:find("X-Evil", 1, true))
    end)
  end

  it("has no body for 204", function()
    local text = server:raw(get("/status?status=204"))
    assert.is_nil(text:find("Content-Length", 1, true))
    assert.equal("", body_of(text))
  end)

  it("can be large", function()
    assert.equal(8000000, #server:get("/big?bytes=8000000").body)
  end)

  it("can be a file, with a type, validators and 304", function()
    server:write("notes.txt", "one")
    local response = server:get("/file?path=notes.txt")
    assert.equal("one", response.body)
    assert.equal("text/plain; charset=utf-8", response.headers["content-type"])
    assert.equal("attachment", response.headers["content-disposition"])
    assert.equal("nosniff", response.headers["x-content-type-options"])
    local validator = { ["If-None-Match"] = response.headers.etag }
    local again = server:get("/file?path=notes.txt", validator)
    assert.same({ 304, "" }, { again.status, again.body })
    server:write("notes.txt", "other")
    assert.equal("other", server:get("/file?path=notes.txt", validator).body)
  end)

  it("never follows a link at the end of a file's path, and says 404 for what is no file", function()
    os.execute(("ln -s /etc/passwd '%s/link'; mkfifo '%s/pipe'"):format(server.directory, server.directory))
    for _, name in ipairs { "link", "pipe", "missing", "" } do
      assert.equal(404, server:get("/file?path=" .. name).status)
    end
  end)
end)

describe("Slow and broken clients", function()
  local server
  setup(function() server = echo.start { request_ms = 400, idle_ms = 300 } end)
  teardown(function() server:close() end)

  it("are sent away: half a request line, half a body, silence, an idle connection", function()
    local beginnings = { "", "GET /hel", "GET /hello HTTP/1.1\r\nHost: x\r\nX: y",
      "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n",
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 30\r\n\r\nabc",
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab" }
    local connections = {}
    for i, bytes in ipairs(beginnings) do
      connections[i] = http.open(server.address)
      connections[i]:send(bytes)
    end
    for _, connection in ipairs(connections) do
      connection:take_all()
      connection:close()
    end
    assert.equal(200, server:get("/hello").status)
  end)

  it("cannot stretch a body by sending it byte by byte", function()
    local connection <close> = http.open(server.address)
    connection:send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
    local sent = 0
    service.eventually("the end of patience", function()
      sent = sent + 1
      return not pcall(connection.send, connection, "a") or connection.socket:recv(4096)
    end)
    assert.is_true(sent < 100000)
  end)

  it("do not hold a Lua state while they read a large answer", function()
    local readers = {}
    for i = 1, 4 do
      readers[i] = http.open(server.address)
      readers[i]:send("GET /big?bytes=8000000 HTTP/1.1\r\nHost: x\r\n\r\n")
      assert.equal(200, readers[i]:head().status)
    end
    assert.equal("hello\n", server:get("/hello").body)
    for _, reader in ipairs(readers) do reader:close() end
  end)

  it("may leave in the middle of anything", function()
    for _, bytes in ipairs { "GET /hel", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab",
      "GET /big?bytes=8000000 HTTP/1.1\r\nHost: x\r\n\r\n" } do
      local connection = http.open(server.address)
      connection:send(bytes)
      connection:close()
    end
    assert.equal(200, server:get("/hello").status)
  end)

  it("beyond the number of workers wait, and are served when the idle ones were sent away", function()
    local crowd = {}
    for i = 1, 40 do crowd[i] = http.open(server.address) end
    assert.equal(200, server:get("/hello").status)
    for _, connection in ipairs(crowd) do connection:close() end
  end)
end)
