-- Specs of web.response: the security headers on everything, and which targets of a redirect are ours.
local response = require "web.response"

local function headers_of(answer)
  local out = {}
  for _, header in ipairs(answer.headers) do
    assert.is_nil(out[header[1]], header[1] .. " comes twice")
    out[header[1]] = header[2]
  end
  return out
end

local SECURITY = {
  ["Content-Security-Policy"] = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    .. "font-src 'self'; img-src 'self' https://*.steamstatic.com https://*.steamusercontent.com; "
    .. "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  ["X-Content-Type-Options"] = "nosniff", ["X-Frame-Options"] = "DENY", ["Referrer-Policy"] = "same-origin",
  ["Cross-Origin-Opener-Policy"] = "same-origin", ["Cache-Control"] = "no-store",
}

local function with(more)
  local out = {}
  for name, value in pairs(SECURITY) do out[name] = value end
  for name, value in pairs(more) do out[name] = value end
  return out
end

describe("web.response", function()
  it("gives every answer exactly these headers", function()
    local extra = { { "X-Extra", "yes" } }
    for _, case in ipairs {
      { response.html(200, "x"), { ["Content-Type"] = "text/html; charset=utf-8" } },
      { response.html(422, "x", extra), { ["Content-Type"] = "text/html; charset=utf-8", ["X-Extra"] = "yes" } },
      { response.text(200, "x"), { ["Content-Type"] = "text/plain; charset=utf-8" } },
      { response.json(200, {}), { ["Content-Type"] = "application/json" } },
      { response.json(201, {}, extra), { ["Content-Type"] = "application/json", ["X-Extra"] = "yes" } },
      { response.redirect "/", { Location = "/" } },
      { response.redirect("/", 302, extra), { Location = "/", ["X-Extra"] = "yes" } },
      { response.stream { kind = "bell" }, {} },
    } do
      assert.same(with(case[2]), headers_of(case[1]))
    end
  end)

  it("allows no script and no style inside a page", function()
    assert.is_nil(SECURITY["Content-Security-Policy"]:find("unsafe", 1, true))
  end)

  it("keeps the headers of one answer out of the next", function()
    local own = { { "X-Extra", "yes" } }
    response.html(200, "x", own)
    response.redirect("/", 303, own)
    assert.same({ { "X-Extra", "yes" } }, own)
    assert.is_nil(headers_of(response.html(200, "x"))["X-Extra"])
  end)

  it("redirects after a form with 303", function()
    assert.equal(303, response.redirect("/").status)
    assert.equal(302, response.redirect("/", 302).status)
  end)

  it("ends JSON with a line end", function()
    assert.equal('{"a":1}\n', response.json(200, { a = 1 }).body)
  end)
end)

describe("A target after login", function()
  it("may be any page of ours", function()
    for _, path in ipairs {
      "/", "/servers", "/servers/7", "/jobs?state=failed&before=10", "/overlays/1?notice=saved", "/a%20b", "/a%C3%A9",
      "/jobs/new-1_2.x~", "/servers/7?x=%3Cscript%3E",
    } do
      assert.is_true(response.is_local(path), path)
    end
  end)

  it("is refused when it is not, or looks as if it were not", function()
    for _, path in ipairs {
      "", "servers", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\\/evil.example",
      "https://evil.example", "https:evil.example", "javascript:alert(1)", "/%2f%2fevil.example", "/%2Fevil.example",
      "/%5cevil.example", "/%5Cevil.example", "/%252f%252fevil.example", "/a%252f", "/a%25", "/a//evil.example",
      "/ /evil.example", "/\t/evil.example", "/\n/evil.example", "/a\r\nSet-Cookie: x=1", "/a%0d%0aSet-Cookie: x=1",
      "/a%00", "/a%09b",
      "/a%1b", "/a%7f",
      "/a%7F", "/a%", "/a%4", "/a%zz", "/@evil.example", "/.", "/..", "/..//evil.example", "/a b",
      "/é", "/\u{202e}", "/\u{2215}\u{2215}evil.example", "/a\0b", "/a<b", '/a"b', "/" .. ("a"):rep(500),
    } do
      assert.is_false(response.is_local(path), path)
    end
    for _, other in ipairs { false, 7, {} } do assert.is_false(response.is_local(other)) end
    assert.is_false(response.is_local(nil))
  end)
end)
