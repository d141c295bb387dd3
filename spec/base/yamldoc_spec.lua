-- base.yamldoc: the tree it makes, what it refuses and where, and quoting that round-trips.
local yaml = require "host.yaml"
local yamldoc = require "base.yamldoc"

local function load(text) return yamldoc.load(text, yaml.events) end

--- A node as a Lua value: texts, lists, tables.
local function value(node)
  if node.kind == "scalar" then return node.text end
  local out = {}
  for i, item in ipairs(node.items or {}) do out[i] = value(item) end
  for name, field in pairs(node.fields or {}) do out[name] = value(field) end
  return out
end

describe("base.yamldoc", function()
  it("makes a tree with places", function()
    local root = assert(load("a: 1\nlist:\n  - x\n  - {k: 'v'}\n"))
    assert.same({ a = "1", list = { "x", { k = "v" } } }, value(root))
    assert.same({ "a", "list" }, root.names)
    local item = root.fields.list.items[2]
    assert.same({ "map", 4, 5 }, { item.kind, item.line, item.column })
    assert.is_false(item.fields.k.plain)
    assert.is_true(root.fields.a.plain)
  end)

  local refused = {
    { "", "there is nothing in it" }, { "# only a comment\n", "there is nothing in it" },
    { "a: &x 1", "line 1, column 4: anchors" }, { "&x {a: 1}", "line 1, column 1: anchors" },
    { "a:\n- *x", "line 2, column 3: aliases" }, { "*x : 1", "line 1, column 1: aliases" },
    { "a: !!str 1", "line 1, column 4: tags" }, { "!x [1]", "line 1, column 1: tags" },
    { "? !t a\n: 1", "line 1, column 3: tags" }, { "? &t a\n: 1", "line 1, column 3: anchors" },
    { "<<: {a: 1}", "line 1, column 1: merge keys" },
    { "a: 1\n<<: 2", "line 2, column 1: merge keys" },
    { "a: 1\nb: 2\na: 3", "line 3, column 1: the key 'a' is there twice" },
    { "a: {b: 1, 'b': 2}", "line 1, column 11: the key 'b' is there twice" },
    { [[{"x\e": 1, "x\e": 2}]], [[line 1, column 12: the key 'x\x1b' is there twice]] },
    { "[a]: 1", "line 1, column 1: a key must be a plain word" },
    { "? {a: 1}\n: 1", "line 1, column 3: a key must be a plain word" },
    { "a: 1\n---\nb: 2", "line 2, column 1: only one document" },
    { "a\n...\n---\n", "only one document" },
    { "a: b: c", "line 1, column 5: " }, { "a: [", "line 2, column 1: " },
    { "a: \xff", "byte 3: " },
    { ("["):rep(33), "line 1, column 33: nested deeper than 32 levels" },
    { "[" .. ("a,"):rep(50000) .. "]", "more than 50000 values" },
    { ("#"):rep(1024 * 1024 + 1), "it has more than 1048576 bytes" },
    { "%TAG ! tag:x,2000:\n---\n!a b", "line 3, column 1: tags" },
  }
  for _, case in ipairs(refused) do
    it(("refuses %q"):format(case[1]:sub(1, 30)), function()
      local root, message = load(case[1])
      assert.is_nil(root)
      assert.matches(case[2], message, 1, true)
    end)
  end

  it("takes a million brackets in no time and no depth", function()
    assert.matches("nested deeper", select(2, load(("["):rep(1000000))))
    assert.matches("nested deeper", select(2, load(("- "):rep(100000))))
  end)

  it("knows what is written as nothing", function()
    local list = load("[~, null, '', 'null', x, {}]\n").items
    local found = {}
    for i, node in ipairs(list) do found[i] = yamldoc.is_null(node) end
    assert.same({ true, true, false, false, false, false }, found)
    assert.is_true(yamldoc.is_null(load("a:\n").fields.a))
  end)

  it("takes decimal integers only", function()
    local cases = {
      ["1"] = 1, ["0"] = 0, ["-5"] = -5, ["27015"] = 27015,
        ["9223372036854775807"] = math.maxinteger,
      ["'1'"] = false, ["01"] = false, ["+1"] = false, ["0x1"] = false, ["1.0"] = false,
        ["1e3"] = false,
      ["1_0"] = false, ["9223372036854775808"] = false, ["-"] = false, ["~"] = false,
        ["[1]"] = false,
      ["12:30"] = false, ["٣"] = false,
    }
    for text, expected in pairs(cases) do
      assert.equal(expected or nil, yamldoc.integer(load(text)), text)
    end
  end)

  it("quotes any string so that it comes back the same", function()
    local strings = { "", "a: b", "- x", "'\"\\", "yes", "~", "%d {x}",
      "\u{FEFF}\u{2028}\u{85}\u{10FFFF}\u{FFFE}",
      "ä𝄞", "line\nbreak\r\n\ttab", ("x"):rep(5000), " padded ", "#no comment", "\\x41" }
    for byte = 0, 127 do strings[#strings + 1] = "a" .. string.char(byte) .. "b" end
    for _, s in ipairs(strings) do
      local quoted = yamldoc.quote(s)
      assert.is_nil(quoted:find("[^ -~]"))
      assert.equal(s, load(quoted).text)
      assert.equal(s, load("k: [" .. quoted .. "]").fields.k.items[1].text)
    end
    assert.has_error(function() yamldoc.quote("\xff") end)
  end)
end)
