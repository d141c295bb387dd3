-- Bodies that may be compressed: for who takes that, when it is worth it, and never by themselves.
local echo = require "spec.support.echo"
local http = require "spec.support.http_client"
local serve = require "host.serve"

describe("A body that may be compressed", function()
  local server
  setup(function() server = echo.start() end)
  teardown(function() server:close() end)

  local function ask(query, accepted, method)
    return http.request(server.address, method or "GET", "/packable?" .. query,
      { headers = { ["Accept-Encoding"] = accepted } })
  end

  it("comes compressed to who takes gzip, byte for byte the same", function()
    for _, bytes in ipairs { 1024, 5000, 100000, 1000000 } do
      for _, accepted in ipairs { "gzip", "GZIP", "deflate, gzip;q=0.5", "br, gzip ; q=1" } do
        local answer = ask("bytes=" .. bytes, accepted)
        assert.same({ 200, "gzip", "Accept-Encoding", "kept" }, { answer.status, answer.headers["content-encoding"],
          answer.headers.vary, answer.headers["x-test"] })
        assert.is_true(#answer.body < bytes / 10, #answer.body)
        assert.equal(("words "):rep(bytes // 6 + 1):sub(1, bytes), http.unpacked(answer.body))
      end
    end
  end)

  it("comes as it is to everyone else, who is told that it could differ", function()
    for _, accepted in ipairs { "", "identity", "br", "gzip;q=0", "gzip; q=0.0, br", "br, gzip;Q=0" } do
      local answer = ask("bytes=5000", accepted)
      assert.same({ 200, "Accept-Encoding" }, { answer.status, answer.headers.vary }, accepted)
      assert.is_nil(answer.headers["content-encoding"], accepted)
      assert.equal(5000, #answer.body)
    end
  end)

  it("comes as it is when it is small, or does not get smaller", function()
    for _, query in ipairs { "bytes=0", "bytes=1", "bytes=1023", "bytes=5000&noise=1", "bytes=1024&noise=1" } do
      local answer = ask(query, "gzip")
      assert.same({ "Accept-Encoding", query:match "%d+" }, { answer.headers.vary, tostring(#answer.body) }, query)
      assert.is_nil(answer.headers["content-encoding"], query)
    end
  end)

  it("has the head of what a GET would get, without a body", function()
    for _, accepted in ipairs { "identity", "gzip" } do
      local whole, head = ask("bytes=5000", accepted), ask("bytes=5000", accepted, "HEAD")
      assert.same({ 200, "" }, { head.status, head.body })
      assert.same(http.body_told(whole), http.body_told(head))
    end
  end)

  it("may say that something went wrong; what has no body stays without", function()
    local answer = ask("bytes=5000&status=422", "gzip")
    assert.same({ 422, "gzip" }, { answer.status, answer.headers["content-encoding"] })
    for _, status in ipairs { 204, 304 } do
      answer = ask("bytes=5000&status=" .. status, "gzip")
      assert.same({ status, "" }, { answer.status, answer.body })
      assert.is_nil(answer.headers["content-encoding"])
    end
  end)

  it("comes right in one connection with others that are as they are", function()
    local connection <close> = http.open(server.address)
    for n = 1, 20 do
      local answer = connection:request("GET", "/packable?bytes=5000", { headers = {
        ["Accept-Encoding"] = n % 2 == 0 and "gzip" or nil } })
      assert.equal(5000, #(n % 2 == 0 and http.unpacked(answer.body) or answer.body))
    end
  end)

  it("is only what its handler says", function()
    local answer = server:get("/big?bytes=5000", { ["Accept-Encoding"] = "gzip" })
    assert.same({ 5000 }, { #answer.body, answer.headers["content-encoding"], answer.headers.vary })
  end)

  it("is a body, and none that has a coding of its own", function()
    for _, what in ipairs { "coded", "file", "stream" } do
      assert.equal(500, server:get("/oddly-packed?compress=1&what=" .. what).status, what)
    end
    assert.equal(200, server:get("/oddly-packed?what=coded").status)
    assert.equal("userdata", type(serve.keep { body = "x", compress = true }))
  end)
end)
