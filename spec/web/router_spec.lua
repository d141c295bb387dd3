-- Specs of web.router: which route answers, 404 against 405, and paths that try to be something else.
local router = require "web.router"

local function new(...)
  local routes = {}
  for i, route in ipairs { ... } do
    local method, path = route:match("^(%u+) (%S+)$")
    routes[i] = { method = method, path = path, name = route }
  end
  return router.new(routes)
end

describe("web.router", function()
  local routes = new("GET /", "GET /servers", "POST /servers", "GET /servers/new", "GET /servers/:id",
    "POST /servers/:id/start", "GET /files/:name")

  local function found(method, path)
    local route, params = routes:match(method, path)
    return route and route.name, params
  end

  it("finds a route by method and path and hands over its variables", function()
    for path, expected in pairs {
      ["/"] = { "GET /", {} }, ["/servers"] = { "GET /servers", {} },
      ["/servers/7"] = { "GET /servers/:id", { id = 7 } },
      ["/servers/9223372036854775807"] = { "GET /servers/:id", { id = math.maxinteger } },
      ["/files/a%20b"] = { "GET /files/:name", { name = "a b" } },
      ["/files/%E2%82%AC"] = { "GET /files/:name", { name = "€" } },
    } do
      assert.same(expected, { found("GET", path) }, path)
    end
  end)

  it("prefers a literal segment to a variable", function()
    assert.equal("GET /servers/new", (found("GET", "/servers/new")))
  end)

  it("takes HEAD for GET", function()
    assert.equal("GET /servers", (found("HEAD", "/servers")))
  end)

  it("names the methods of a path when another is asked for, HEAD with GET", function()
    assert.same({ nil, "GET, HEAD, POST" }, { found("DELETE", "/servers") })
    assert.same({ nil, "POST" }, { found("GET", "/servers/7/start") })
    assert.same({ nil, "POST" }, { found("HEAD", "/servers/7/start") })
  end)

  it("knows nothing of other paths", function()
    for _, path in ipairs {
      "", "*", "servers", "/Servers", "/servers/", "//servers", "/servers//", "/servers/x", "/servers/0", "/servers/-1",
      "/servers/+1", "/servers/01", "/servers/1.0", "/servers/1e3", "/servers/0x1", "/servers/9223372036854775808",
      "/servers/99999999999999999999", "/servers/%31%00", "/servers/..", "/servers/7/..", "/servers/7/stop",
      "/./servers", "/servers/7/start/now", "/servers;x", "http://evil.example/servers",
    } do
      local route, allowed = routes:match("PUT", path)
      assert.same({}, { route, allowed }, path)
    end
  end)

  it("decodes a segment exactly once", function()
    assert.equal("GET /servers", (found("GET", "/%73ervers")))
    assert.is_nil((found("GET", "/servers%2F7")))
    assert.is_nil((found("GET", "/%2573ervers")))
    assert.same({ name = "..%2f" }, select(2, found("GET", "/files/..%252f")))
  end)

  it("refuses escapes that are malformed, control characters and bytes that are not UTF-8", function()
    for _, escape in ipairs { "%", "%4", "%zz", "%4x", "%00", "%0a", "%1b", "%7f", "%ff", "%c0%af", "\xff", "\xc3" } do
      assert.is_nil((found("GET", "/files/a" .. escape)), escape)
    end
  end)

  it("refuses a route that is there already, and two names for one place", function()
    assert.has_error(function() new("GET /a", "GET /a") end, "GET /a is listed twice")
    assert.has_error(function() new("GET /a/:id", "GET /a/:name") end)
  end)
end)
