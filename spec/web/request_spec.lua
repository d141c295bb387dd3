-- Specs of web.request: queries, forms, cookies and JSON, decoded once, bounded, or refused.
local json = require "host.json"
local request = require "web.request"

local FORM = "application/x-www-form-urlencoded"

local function new(fields)
  return request.new { method = "POST", path = "/", query = fields.query or "", headers = fields.headers or {},
    body = fields.body or "", remote = "192.0.2.1" }
end

local function posted(body, kind)
  return new { body = body, headers = { ["content-type"] = kind or FORM } }
end

local MALFORMED = { "a=%", "a=%4", "a=%zz", "%=1", "a=%00", "a=%ff", "a=%c0%af", "a=%ed%a0%80", "a=\xff", "a=\0" }

describe("web.request", function()
  describe("form", function()
    it("decodes names and values once and keeps the order", function()
      local form = assert(posted("a=1+2&b%20c=%252f&empty=&bare&a=second&%C3%A9=%F0%9F%A7%9F"):form())
      assert.same({ "1 2", "%2f", "", "", "🧟" }, { form.a, form["b c"], form.empty, form.bare, form["é"] })
      local names = {}
      for i, field in ipairs(form) do names[i] = field.name .. "=" .. field.value end
      assert.same({ "a=1 2", "b c=%2f", "empty=", "bare=", "a=second", "é=🧟" }, names)
    end)

    it("takes the first of several values of one name", function()
      assert.equal("1", posted("csrf=1&csrf=2"):form().csrf)
    end)

    it("of no fields is empty", function()
      for _, body in ipairs { "", "&", "&&&" } do assert.same({}, posted(body):form()) end
    end)

    it("is refused with 400 when it is malformed", function()
      for _, body in ipairs(MALFORMED) do
        local form, err = posted(body):form()
        assert.is_nil(form, body)
        assert.equal(400, err.status, body)
      end
    end)

    it("has at most 2000 fields", function()
      assert.is_truthy(posted(("a=1&"):rep(2000)):form())
      assert.equal(400, select(2, posted(("a=1&"):rep(2001)):form()).status)
    end)

    it("of another content type is refused with 415", function()
      for _, kind in ipairs { "application/json", "text/plain", "multipart/form-data; boundary=x", "", FORM .. "x" } do
        assert.equal(415, select(2, posted("a=1", kind):form()).status, kind)
      end
      assert.equal(415, select(2, new { body = "a=1" }:form()).status)
      assert.is_truthy(posted("a=1", "Application/X-WWW-Form-Urlencoded; charset=UTF-8"):form())
    end)
  end)

  describe("query", function()
    it("is read as a form is", function()
      local one = new { query = "after=5&notice=saved" }
      assert.same({ "5", "saved", false }, { one.query.after, one.query.notice, one.malformed })
    end)

    it("that is malformed is empty and said to be", function()
      for _, query in ipairs(MALFORMED) do
        local one = new { query = query }
        assert.same({}, one.query, query)
        assert.is_true(one.malformed, query)
      end
    end)
  end)

  describe("json", function()
    local function body(text, kind)
      return posted(text, kind or "application/json")
    end

    it("is an object, and no body at all is an empty one", function()
      assert.same({ a = 1 }, body('{"a":1}'):json())
      assert.same({ a = 1 }, body('{"a":1}', "Application/JSON; charset=utf-8"):json())
      assert.same({}, new {}:json())
      assert.same({}, body(""):json()) -- clients send the content type of every request
    end)

    it("is refused with 415 for any other content type", function()
      for _, kind in ipairs { FORM, "text/plain", "text/json", "application/jsonp", "" } do
        assert.equal(415, select(2, body('{"a":1}', kind):json()).status, kind)
      end
      assert.equal(415, select(2, new { body = "{}" }:json()).status)
      assert.equal(415, select(2, body("", "text/plain"):json()).status)
    end)

    it("is refused with 400 when it is malformed or no object", function()
      for _, text in ipairs {
        " ", "{", "nul", "[]", "[1]", "1", '"a"', "null", "true", '{"a":1}x', '{"a":1,"a":2}', '{"a":"\xff"}',
        '{"a":"\xc0\xaf"}', '{"a":"\xed\xa0\x80"}', '{"a":"\\ud800"}', "{'a':1}", '{"a":NaN}', '{"a":1e999}',
        ("["):rep(5000), '{"a":' .. ("["):rep(17) .. ("]"):rep(17) .. "}", '{"a":18446744073709551616}',
      } do
        local value, err = body(text):json()
        assert.is_nil(value, text)
        assert.equal(400, err.status, text)
        assert.is_truthy(utf8.len(err.text), text)
      end
    end)

    it("keeps lists lists and whole numbers exact", function()
      local value = body('{"list":[],"big":9007199254740993}'):json()
      assert.is_true(json.is_array(value.list))
      assert.equal(9007199254740993, value.big)
    end)
  end)

  describe("remote", function()
    local function remote(peer, told)
      return request.new { method = "GET", path = "/", headers = { ["x-forwarded-for"] = told }, remote = peer }.remote
    end

    it("is the peer, or whom a proxy on this machine names last", function()
      assert.equal("192.0.2.1", remote "192.0.2.1")
      assert.equal("127.0.0.1", remote "127.0.0.1")
      assert.equal("198.51.100.7", remote("127.0.0.1", "198.51.100.7"))
      assert.equal("198.51.100.7", remote("127.0.0.1", "203.0.113.9, unknown,  198.51.100.7 "))
      assert.equal("2001:db8::1", remote("127.0.0.1", "2001:db8::1"))
    end)

    it("is not what anyone else says of themselves, nor what is no address", function()
      assert.equal("192.0.2.1", remote("192.0.2.1", "198.51.100.7"))
      local none = { "", ",", "unknown", "198.51.100.7,", "a b", ("1"):rep(46), "<b>", "1\n2", (","):rep(100000) }
      for _, told in ipairs(none) do
        assert.equal("127.0.0.1", remote("127.0.0.1", told), told)
      end
    end)
  end)

  describe("cookie", function()
    local function cookie(header, name)
      return new { headers = { cookie = header } }:cookie(name or "a")
    end

    it("is found by its whole name", function()
      assert.equal("1", cookie "a=1")
      assert.equal("1", cookie "b=2; a=1;c=3")
      assert.equal("x=y", cookie "a=x=y")
      assert.equal("", cookie "a=")
      for _, header in ipairs { "", "aa=1", "b=a=1x", "A=1", "a" } do assert.is_nil((cookie(header)), header) end
      assert.is_nil(new {}:cookie "a")
    end)

    it("that comes twice is none: one of them was planted", function()
      assert.is_nil((cookie "a=1; a=2"))
    end)

    it("is found at once in a header of any size", function()
      local long, blanks = ("b"):rep(1 << 20), (" "):rep(1 << 20)
      assert.equal("1 1", cookie(long .. ";a=1" .. " 1" .. blanks))
      assert.equal(#blanks + 2, #cookie("a=1" .. blanks .. "1; " .. long))
    end)
  end)

  describe("resume_cursor", function()
    local CURSOR <const> = "s=8f0c;i=1a;b=91d0;m=33;t=63f1;x=9"
    local function at(id, query)
      return new { headers = { ["last-event-id"] = id }, query = query }:resume_cursor()
    end

    it("is the last event's id, or ?from=", function()
      assert.same({ CURSOR, CURSOR, CURSOR }, { at(CURSOR), at(CURSOR, "from=7"),
        at(nil, "from=" .. CURSOR:gsub("=", "%%3D"):gsub(";", "%%3B")) })
    end)

    it("is nothing for what is no cursor", function()
      for _, id in ipairs { "", "12", CURSOR .. ";", CURSOR .. "\n", CURSOR:upper(), " " .. CURSOR, CURSOR .. "g",
        (CURSOR:gsub("s=", "s=" .. ("0"):rep(200))), (CURSOR:gsub(";b=91d0", "")) } do
        assert.is_nil(at(id), id)
      end
    end)
  end)

  describe("resume_at", function()
    local function at(id, query)
      return new { headers = { ["last-event-id"] = id }, query = query }:resume_at()
    end

    it("is the last event's id, or ?from=, or the beginning", function()
      assert.same({ 12, 12, 7, 0 }, { at "12", at("12", "from=7"), at(nil, "from=7"), at() })
    end)

    it("is so many bytes before the end when it is negative, and whatever the line's time was", function()
      assert.same({ -300, 41, 20 }, { at(nil, "from=-300"), at "41@1700000001000r", at "20@1700000000000" })
    end)

    it("is the beginning for anything that is no offset", function()
      for _, id in ipairs { "", "-", "--1", "1.5", "1@", "@1", "1@2x", "1@2@3",
        "0x10", "1e3", "9999999999999999", " 1", "x" } do
        assert.equal(0, at(id), id)
      end
    end)
  end)

  it("tells what the client wants", function()
    assert.is_true(new { headers = { accept = "text/event-stream" } }:wants_events())
    assert.is_false(new {}:wants_events())
    assert.is_true(new { headers = { ["hx-request"] = "true" } }:is_fragment())
    assert.is_false(new {}:is_fragment())
  end)
end)
