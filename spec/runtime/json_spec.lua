-- host.json: round trips, refusals, limits.
local json = require "host.json"

describe("host.json", function()
  describe("encode", function()
    local cases = {
      { "an integer of 64 bits", 9007199254740993, "9007199254740993" },
      { "the smallest integer", math.mininteger, "-9223372036854775808" },
      { "a Steam id", { id = 76561198000000001 }, '{"id":76561198000000001}' },
      { "a float", 1.5, "1.5" },
      { "a float without a fraction", 3.0, "3.0" },
      { "a list", { 1, "a", true }, '[1,"a",true]' },
      { "an unmarked empty table", {}, "{}" },
      { "a marked empty list", json.array {}, "[]" },
      { "a list inside", { a = json.array() }, '{"a":[]}' },
      { "names in order", { b = 1, a = 2, c = 3 }, '{"a":2,"b":1,"c":3}' },
      { "null", { a = json.null }, '{"a":null}' },
      { "quotes, controls and NUL", "\"\\\n\0\27", [["\"\\\n\u0000\u001B"]] },
      { "beyond ASCII", "ä𝄞", '"ä𝄞"' },
    }
    for _, case in ipairs(cases) do
      it("writes " .. case[1], function() assert.equal(case[3], json.encode(case[2])) end)
    end

    it("indents when asked", function()
      assert.equal('{\n  "a": [\n    1\n  ]\n}', json.encode({ a = { 1 } }, { pretty = true }))
    end)

    it("raises on what JSON cannot say", function()
      local loop = {}
      loop[1] = loop
      local holes = { 1, 2, 3, nil, 5, 6, 7, 8 }
      for _, value in ipairs {
        print, 0 / 0, math.huge, { [1.5] = 1 }, { [true] = 1 }, { 1, x = 2 }, holes, loop, "\xff",
        { ["\xff"] = 1 }, json.array { x = 1 }, coroutine.create(print), { nested = { print } },
      } do
        assert.has_error(function() json.encode(value) end)
      end
      assert.has_error(function() json.encode() end)
      assert.has_error(function() json.encode({}, { prety = true }) end, "unknown option 'prety'")
    end)
  end)

  describe("decode", function()
    it("keeps arrays and objects apart", function()
      local value =
        json.decode('{"a":[],"o":{},"n":null,"i":9223372036854775807,"f":1.0,"b":false}')
      assert.is_true(json.is_array(value.a))
      assert.is_false(json.is_array(value.o))
      assert.equal(json.null, value.n)
      assert.equal(math.maxinteger, value.i)
      assert.equal("float", math.type(value.f))
      assert.is_false(value.b)
    end)

    it("takes any value at the top", function()
      assert.equal(7, json.decode("7"))
      assert.equal("a\0b", json.decode([["a\u0000b"]]))
      assert.equal(json.null, json.decode(" null "))
    end)

    local broken = {
      "", " ", "{", "[1,]", "{'a':1}", '{"a":1,"a":2}', '"\xff"', '"\xed\xa0\x80"', "[1] 2", "NaN",
        "01", "1e999",
      "9223372036854775808", '"a\nb"', '"\\ud800"', "\0", '{"a":1}\0', "{1:2}", '"abc', "tru",
    }
    for _, text in ipairs(broken) do
      it(("refuses %q"):format(text), function()
        local value, message, code = json.decode(text)
        assert.is_nil(value)
        assert.matches("^line %d+, column %d+: ", message)
        assert.equal("JSON_SYNTAX", code)
      end)
    end

    it("bounds depth before it builds anything", function()
      assert.is_table(json.decode(("["):rep(64) .. ("]"):rep(64)))
      local _, _, code = json.decode(("["):rep(65) .. ("]"):rep(65))
      assert.equal("JSON_TOO_DEEP", code)
      _, _, code = json.decode(("["):rep(1000000))
      assert.equal("JSON_TOO_DEEP", code)
      _, _, code = json.decode(('{"a":'):rep(3), { max_depth = 2 })
      assert.equal("JSON_TOO_DEEP", code)
      assert.equal("[[[[[", json.decode('["[[[[["]', { max_depth = 1 })[1])
      assert.equal('\\"[', json.decode([["\\\"["]], { max_depth = 0 }))
    end)

    it("bounds size", function()
      local _, _, code = json.decode('"12345"', { max_bytes = 6 })
      assert.equal("JSON_TOO_LARGE", code)
      assert.equal("12345", json.decode('"12345"', { max_bytes = 7 }))
      _, _, code = json.decode('"' .. ("a"):rep(1024 * 1024) .. '"')
      assert.equal("JSON_TOO_LARGE", code)
    end)
  end)

  it("brings back what it wrote", function()
    local value = { list = { 1, { deep = json.array {} } }, text = "a\tb\u{1F600}", n = -1 }
    assert.same(value, json.decode(json.encode(value)))
  end)

  it("gives memory back when an allocation fails", function()
    local fault = require "host.fault"
    local source = [[
      local j = require "host.json"
      local v = assert(j.decode('{"a":[1,{"b":[]},null,"x"],"c":1.5}'))
      assert(#j.encode(v) > 10)
    ]]
    for n = 0, 2000 do
      if fault.run(source, n) then return end
    end
    error("never succeeded")
  end)
end)
