-- Specs of base.validate: every kind of field with what it takes and what it refuses.
local phrase = require "base.phrase"
local validate = require "base.validate"

local odd = phrase.registry("problems", "spec", { odd = "is odd" })

local function one(field, value)
  field.name = "it"
  local args, err = validate.check({ field }, { it = value })
  return args and args.it, err and err.fields.it
end

describe("base.validate", function()
  describe("check", function()
    local takes = {
      { { type = "string" }, "Grüße" },
      { { type = "string", min = 2, max = 3 }, "üüü" },
      { { type = "text" }, "a\n\tb\n" },
      { { type = "integer", min = 0, max = 9 }, 9 },
      { { type = "integer" }, math.mininteger },
      { { type = "id" }, 9007199254740993 },
      { { type = "boolean" }, false },
      { { type = "string", one_of = { "a", "b" } }, "b" },
      { { type = "list", items = { type = "string" } }, { "a", "b" } },
      { { type = "list", items = { type = "string" } }, {} },
      { { type = "object", fields = { { name = "id", type = "id" } } }, { id = 1 } },
    }
    for i, case in ipairs(takes) do
      it(("takes a fitting %s (%d)"):format(case[1].type, i), function()
        local value, problem = one(case[1], case[2])
        assert.is_nil(problem)
        assert.same(case[2], value)
      end)
    end

    local list = { type = "list", max = 2, items = { type = "string", min = 1 } }
    local object = { type = "object", fields = { { name = "id", type = "id", required = true } } }
    local refuses = {
      { { type = "string" }, 7, "must be a text" },
      { { type = "string", min = 1 }, "", "must not be empty" },
      { { type = "string", min = 3 }, "ab", "must have at least 3 characters" },
      { { type = "string", max = 3 }, "üüüü", "must have at most 3 characters" },
      { { type = "string", max = 3 }, ("x"):rep(100000), "must have at most 3 characters" },
      { { type = "string" }, ("x"):rep(1001), "must have at most 1000 characters" },
      { { type = "string" }, "a\nb", "has a control character (byte 2, 0x0a)" },
      { { type = "string" }, "a\0b", "has a control character (byte 2, 0x00)" },
      { { type = "string" }, "a\xff", "is not valid UTF-8 (byte 2)" },
      { { type = "string", visible = true }, "ab\u{202e}c", "has a character that cannot be seen (byte 3, U+202E)" },
      { { type = "string", visible = true }, "\u{3164}\u{200D}\u{A0}", "has no character that can be seen" },
      { { type = "text", max = 3 }, "üü", "must have at most 3 bytes" },
      { { type = "text" }, "a\rb", "has a control character (byte 2, 0x0d)" },
      { { type = "text" }, false, "must be a text" },
      { { type = "integer" }, 3.5, "must be a whole number" },
      { { type = "integer" }, "3", "must be a whole number" },
      { { type = "integer" }, 0 / 0, "must be a whole number" },
      { { type = "integer" }, 1e300, "must be a whole number" },
      { { type = "integer", min = 1, max = 5 }, 6, "must be between 1 and 5" },
      { { type = "integer", min = 1 }, 0, "must be at least 1" },
      { { type = "id" }, 0, "must be at least 1" },
      { { type = "id" }, -1, "must be at least 1" },
      { { type = "boolean" }, "true", "must be true or false" },
      { { type = "boolean" }, 1, "must be true or false" },
      { { type = "string", one_of = { "a", "b" } }, "c", "must be one of a, b" },
      { list, "a", "must be a list" },
      { list, { a = 1 }, "must be a list" },
      { list, { [1] = "a", [3] = "b" }, "must be a list" },
      { list, { "a", "b", "c" }, "must have at most 2 entries" },
      { list, { "a", "" }, "entry 2 must not be empty" },
      { object, {}, "id is missing" },
      { object, { id = 1, x = 2 }, "x is not known here" },
      { object, "x", "must be an object" },
      { { type = "string", pattern = function() return nil, odd.odd() end }, "x", "is odd" },
      { { type = "string", pattern = function() end }, "x", "cannot be used" },
    }
    for i, case in ipairs(refuses) do
      it(("refuses a %s: %s (%d)"):format(case[1].type, case[3], i), function()
        local value, problem = one(case[1], case[2])
        assert.is_nil(value)
        assert.equal(case[3], problem)
      end)
    end

    it("trims where it is told to, and only there", function()
      assert.equal("a", (one({ type = "string", trim = true }, " a ")))
      assert.equal(" a ", (one({ type = "string" }, " a ")))
      assert.equal("must not be empty", select(2, one({ type = "string", trim = true, min = 1 }, "  ")))
    end)

    it("reads both line ends in a text", function()
      assert.equal("a\nb", (one({ type = "text" }, "a\r\nb")))
    end)

    it("names what is missing and what is not known", function()
      local _, err = validate.check({ { name = "name", type = "string", required = true } }, { nmae = "x" })
      assert.equal(422, err.status)
      assert.same({ name = "is missing", nmae = "is not known here" }, err.fields)
    end)

    it("says in pieces what is wrong, so that other languages can put them together", function()
      local field = { name = "it", type = "list", items = { type = "string", max = 3 } }
      local _, err = validate.check({ field }, { it = { "a", "long" } })
      assert.same({ "problems.value.entry", 2 }, { err.problems.it.key, err.problems.it.params.entry })
      local inner = err.problems.it.params.problem
      assert.same({ "problems.value.many_characters", { max = 3 } }, { inner.key, inner.params })
    end)

    it("names only some of very many that are not known", function()
      local raw, count = {}, 0
      for i = 1, 10000 do raw["x" .. i] = i end
      local _, err = validate.check({}, raw)
      for _ in pairs(err.fields) do count = count + 1 end
      assert.equal(20, count)
    end)

    it("keeps a hostile name of a field short and on one line", function()
      local _, err = validate.check({}, { ["a\n" .. ("b"):rep(10000)] = 1 })
      local name = next(err.fields)
      assert.is_true(#name < 80)
      assert.is_nil(name:find("\n"))
    end)

    it("refuses what is not a table", function()
      for _, raw in ipairs { "text", 7, true } do
        assert.equal(400, select(2, validate.check({}, raw)).status)
      end
      assert.same({}, validate.check({}, {}))
      assert.equal(422, select(2, validate.check({}, { 1, 2 })).status)
    end)
  end)

  describe("from_form", function()
    local schema = {
      { name = "port", type = "integer" }, { name = "id", type = "id" }, { name = "on", type = "boolean" },
      { name = "lines", type = "list", items = { type = "string" } },
      { name = "cfg", type = "list", items = { type = "string" }, blank = true },
      { name = "ids", type = "list", items = { type = "id" } }, { name = "name", type = "string" },
    }
    local cases = {
      { { port = " 27015 " }, { port = 27015 } },
      { { port = "" }, {} },
      { { port = "x" }, { port = "x" } },
      { { port = "99999999999999999999" }, { port = "99999999999999999999" } },
      { { id = "0x10" }, { id = "0x10" } },
      { { on = "on" }, { on = true } },
      { { on = "0" }, { on = false } },
      { { on = "maybe" }, { on = "maybe" } },
      { { lines = "a\r\n\r\n b \n" }, { lines = { "a", "b" } } },
      { { lines = { "a" } }, { lines = { "a" } } },
      { { cfg = "\na\r\n \r\n\tb \n\n " }, { cfg = { "", "a", "", "b" } } },
      { { cfg = " \n" }, { cfg = {} } },
      { { ids = "1\n2" }, { ids = { 1, 2 } } },
      { { name = " kept " }, { name = " kept " } },
      { { unknown = "x" }, { unknown = "x" } },
    }
    for i, case in ipairs(cases) do
      it(("coerces strings to the types of the schema (%d)"):format(i), function()
        assert.same(case[2], validate.from_form(schema, case[1]))
      end)
    end
  end)
end)
