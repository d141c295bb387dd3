-- Our own files over HTTP: for ever at the address with their hash, compressed for who takes it, nothing beside them.
local echo = require "spec.support.echo"
local http = require "spec.support.http_client"
local runtime = require "host.runtime"
local serve = require "host.serve"

local FOR_EVER <const> = "public, max-age=31536000, immutable"
local base = serve.static_base()

local function file(name)
  local one <close> = assert(io.open(("%s/static/%s"):format(runtime.share_dir, name), "rb"))
  return one:read("a")
end

describe("A file of ours", function()
  local server
  setup(function() server = echo.start() end)
  teardown(function() server:close() end)

  local function get(path, headers) return server:get(path, headers or {}) end

  it("is named by a hash of all of them", function()
    assert.matches("^/static/%x%x%x%x%x%x%x%x%x%x%x%x%x%x%x%x/$", base)
    assert.equal(base, serve.static_base())
  end)

  it("is kept for ever at the address with the hash, its type said", function()
    for name, kind in pairs {
      ["css/app.css"] = "text/css; charset=utf-8", ["js/app.js"] = "text/javascript; charset=utf-8",
      ["img/icon.svg"] = "image/svg+xml", ["vendor/htmx.min.js"] = "text/javascript; charset=utf-8",
    } do
      local answer = get(base .. name)
      assert.equal(200, answer.status, name)
      assert.equal(file(name), answer.body, name)
      assert.equal(kind, answer.headers["content-type"])
      assert.equal(FOR_EVER, answer.headers["cache-control"])
      assert.equal("nosniff", answer.headers["x-content-type-options"])
    end
  end)

  it("is asked for again at its plain address, and answered with 304 while it is the same", function()
    local answer = get "/static/css/app.css"
    assert.same({ 200, "no-cache" }, { answer.status, answer.headers["cache-control"] })
    assert.equal(file "css/app.css", answer.body)
    for _, coding in ipairs { "identity", "gzip" } do
      local etag = get("/static/css/app.css", { ["Accept-Encoding"] = coding }).headers.etag
      assert.matches('^"%x+', etag)
      for _, asked in ipairs { etag, '"other", ' .. etag, "W/" .. etag, "*" } do
        local again = get("/static/css/app.css", { ["Accept-Encoding"] = coding, ["If-None-Match"] = asked })
        assert.same({ 304, "", etag }, { again.status, again.body, again.headers.etag }, asked)
        assert.equal("Accept-Encoding", again.headers.vary)
      end
      local other = get("/static/css/app.css", { ["Accept-Encoding"] = coding, ["If-None-Match"] = '"other"' })
      assert.equal(200, other.status)
    end
  end)

  it("comes compressed to who takes that, byte for byte the same", function()
    local etags = {}
    for _, name in ipairs { "css/app.css", "js/app.js", "vendor/htmx.min.js" } do
      local answer = get(base .. name, { ["Accept-Encoding"] = "gzip, deflate, br" })
      assert.equal("gzip", answer.headers["content-encoding"])
      assert.equal("Accept-Encoding", answer.headers.vary)
      assert.is_true(#answer.body < #file(name) / 2)
      assert.equal(file(name), http.unpacked(answer.body))
      assert.not_equal(get(base .. name).headers.etag, answer.headers.etag)
      assert.is_nil(etags[answer.headers.etag])
      etags[answer.headers.etag] = true
    end
  end)

  it("comes as it is to everyone else, who is told that it could differ", function()
    for _, accepted in ipairs { "", "identity", "br", "deflate", "gzip;q=0", "gzip; q=0.0, br", "br, gzip;Q=0" } do
      local answer = get(base .. "css/app.css", { ["Accept-Encoding"] = accepted })
      assert.same({ 200, "Accept-Encoding" }, { answer.status, answer.headers.vary }, accepted)
      assert.is_nil(answer.headers["content-encoding"], accepted)
      assert.equal(file "css/app.css", answer.body)
    end
    for _, accepted in ipairs { "gzip", "GZIP", "x-gzip", "br;q=1, gzip;q=0.5", "gzip, br;q=0", "gzip ; q=1" } do
      local answer = get(base .. "css/app.css", { ["Accept-Encoding"] = accepted })
      assert.equal("gzip", answer.headers["content-encoding"], accepted)
    end
  end)

  it("that is compressed already stays as it is", function()
    local answer = get(base .. "img/icon.png", { ["Accept-Encoding"] = "gzip" })
    assert.equal(file "img/icon.png", answer.body)
    assert.same({}, { answer.headers["content-encoding"], answer.headers.vary })
  end)

  it("has a head without a body", function()
    for _, coding in ipairs { "identity", "gzip" } do
      local whole = get(base .. "css/app.css", { ["Accept-Encoding"] = coding })
      local headers = { ["Accept-Encoding"] = coding }
      local head = http.request(server.address, "HEAD", base .. "css/app.css", { headers = headers })
      assert.same({ 200, "" }, { head.status, head.body })
      for _, name in ipairs { "content-length", "content-type", "content-encoding", "etag", "vary", "cache-control" } do
        assert.equal(whole.headers[name], head.headers[name], name)
      end
    end
  end)

  it("is found by the pages of a former version, which are sent on to the present one", function()
    local answer = get "/static/0123456789abcdef/css/app.css"
    assert.same({ 307, base .. "css/app.css", "no-store" },
      { answer.status, answer.headers.location, answer.headers["cache-control"] })
    assert.equal(404, get("/static/0123456789abcdef/css/none.css").status)
    assert.equal(404, get("/static/0123456789abcdeg/css/app.css").status)
    assert.equal(404, get("/static/0123456789abcde/css/app.css").status)
  end)

  it("is only read", function()
    for _, method in ipairs { "POST", "PUT", "DELETE", "OPTIONS" } do
      local answer = http.request(server.address, method, base .. "css/app.css", {})
      assert.same({ 405, "GET, HEAD" }, { answer.status, answer.headers.allow }, method)
    end
  end)

  for _, prefix in ipairs { "/static/", base } do
    for _, rest in ipairs {
      "", "css", "css/", "css/none.css", "../CMakeLists.txt", "..", "%2e%2e/CMakeLists.txt", "/etc/passwd", ".hidden",
      "css/../css/app.css", "a/../../lua/boot/main.lua", "..%2fREADME.md", "a\\..\\b", "css%2fapp.css", "css/app.css/",
      "css//app.css", "css/app.css%00", "CSS/app.css", "./css/app.css", ("x"):rep(4096),
    } do
      it("is not " .. (prefix == base and "<base>" or prefix) .. rest:sub(1, 40):gsub("%%", "%%%%"), function()
        local bytes = ("GET %s%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"):format(prefix, rest)
        assert.equal(404, select(2, server:raw(bytes)))
      end)
    end
  end
end)
