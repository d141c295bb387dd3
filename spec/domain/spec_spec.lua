-- domain.spec: good specs, every hostile one with its message and place, and the round trip.
local spec = require "domain.spec"
local yaml = require "host.yaml"

local function parse(text) return spec.parse(text, yaml.events) end

--- The message for an overlay reference written as a quoted scalar.
local function ref_problem(ref)
  local parsed, message = parse(spec.render { port = 1, overlays = { { path = ref } } })
  return not parsed and message or nil
end

describe("domain.spec", function()
  describe("parse", function()
    it("takes a port alone", function()
      assert.same({ port = 27015, overlays = {}, arguments = {}, config = {} },
        parse("port: 27015\n"))
      assert.same({ port = 1, overlays = {}, arguments = {}, config = {} },
        parse("port: 1\noverlays:\narguments: ~\nconfig: null\n"))
    end)

    it("keeps order, reads refs and aliases, ignores unknown keys", function()
      assert.same({
        port = 65535,
        overlays = { { path = "7" }, { path = "maps/big.v2", alias = "server_overlay_3" },
        { path = "ä-ö_1" } },
        arguments = { "-tickrate", "100", "+map c1m1_hotel" },
        config = { 'hostname "a: b"', "sv_cheats 0", "\tindented", "" },
      }, parse [[
port: 65535
overlays:
  - 7
  - {path: maps/big.v2, alias: server_overlay_3, color: red}
  - path: "ä-ö_1"
    alias:
arguments: [-tickrate, 100, +map c1m1_hotel]
config:
  - 'hostname "a: b"'
  - sv_cheats 0
  - "\tindented"
  - ""
future: {anything: [1, 2]}
]])
    end)

    local refused = {
      { "", "there is nothing in it" }, { "[]", "line 1, column 1: the spec must be a map" },
      { "27015", "line 1, column 1: the spec must be a map" },
      { "{}", "line 1, column 1: port is missing" },
      { "overlays: []\nport:\n", "line 2, column 6: port is missing" },
      { "port: x", "line 1, column 7: port must be an integer" },
      { "port: '27015'", "port must be an integer" },
      { "port: 27015.0", "port must be an integer" }, { "port: 0x6987", "port must be an integer" },
      { "port: [1]", "port must be an integer" }, { "port: 0", "port must be 1 to 65535, not 0" },
      { "port: 65536", "port must be 1 to 65535, not 65536" },
      { "port: -1", "port must be 1 to 65535, not -1" },
      { "port: 9223372036854775808", "port must be an integer" },
      { "port: 1\nport: 2", "line 2, column 1: the key 'port' is there twice" },
      { "port: 1\noverlays: 7", "line 2, column 11: overlays must be a list" },
      { "port: 1\noverlays: {a: b}", "overlays must be a list" },
      { "port: 1\noverlays: [[a]]", "line 2, column 12: overlay must be a string" },
      { "port: 1\noverlays: [~]", "overlay must be a string" },
      { "port: 1\noverlays: ['']", "overlay '' is empty" },
      { "port: 1\noverlays:\n- {alias: a}", "line 3, column 3: an overlay needs a path" },
      { "port: 1\noverlays:\n- {path: ~}", "an overlay needs a path" },
      { "port: 1\noverlays:\n- {path: {a: b}}", "line 3, column 10: overlay must be a string" },
      { "port: 1\noverlays:\n- {path: a, alias: [b]}",
        "line 3, column 20: alias must be a string" },
      { "port: 1\narguments: -x", "line 2, column 12: arguments must be a list" },
      { "port: 1\narguments: [{a: b}]", "argument must be a string" },
      { "port: 1\nconfig: [~]", "config line must be a string" },
      { "port: 1\nconfig: [\"a\\nb\"]",
        "line 2, column 10: config line 'a\\x0ab' has a control character" },
      { "port: 1\nconfig: [\"a\\0b\"]", "control character" },
      { "port: 1\nconfig: [\"a\\x9bb\"]", "control character" },
      { "port: 1\narguments: [\"a\\rb\"]", "control character" },
      { "port: 1\nconfig: [" .. ("x"):rep(4097) .. "]", "is longer than 4096 bytes" },
      { "port: 1\noverlays: &a []", "line 2, column 11: anchors are not allowed" },
      { "port: !!int 1", "line 1, column 7: tags are not allowed" },
      { "port: 1\noverlays: [a, b, a]", "line 2, column 18: overlay 'a' is there twice" },
      { "port: 1\noverlays: [a/b, a]", "line 2, column 12: overlay 'a/b' lies within overlay 'a'" },
      { "port: 1\noverlays: [a, x/y, a/b/c]", "overlay 'a/b/c' lies within overlay 'a'" },
      { "port: 1\noverlays: [{path: a, alias: X}, {path: b, alias: x}]",
        "alias 'x' is there twice" },
      { "port: 1\noverlays: [ä b]", "overlay 'ä b' contains a blank" },
    }
    for _, case in ipairs(refused) do
      it(("refuses %q"):format(case[1]:sub(1, 60)), function()
        local parsed, message = parse(case[1])
        assert.is_nil(parsed)
        assert.matches(case[2], message, 1, true)
      end)
    end

    it("takes names that only look alike", function()
      assert.is_table(parse("port: 1\noverlays: " ..
        "['1', '11', a, ab/c, 'a-b', ..., ..a, a.., .hidden, '%2e%2e', '~', '-x']"))
    end)

    it("stops at 500 layers, the installation being one", function()
      local list = {}
      for i = 1, 500 do list[i] = tostring(i) end
      local text = "port: 1\noverlays: [%s]"
      assert.equal(499, #parse(text:format(table.concat(list, ", ", 1, 499))).overlays)
      assert.matches("overlays has more than 499 entries", select(2,
        parse(text:format(table.concat(list, ", ")))))
    end)
  end)

  describe("references", function()
    local hostile = {
      { "/etc", "relative" }, { "/", "relative" }, { "//a", "relative" }, { "..", "%.%." },
      { ".", "must not contain %." },
      { "../1", "%.%." }, { "1/..", "%.%." }, { "a/../b", "%.%." }, { "a/./b", "%." },
      { "./a", "%." }, { "a//b", "empty part" },
      { "a/", "empty part" }, { "a/b//", "empty part" }, { " a", "blank" }, { "a ", "blank" },
      { "a\tb", "blank" },
      { "a\nb", "blank" }, { "a\0b", "blank" }, { "a\rb", "blank" }, { "a\vb", "blank" },
      { "a\27[2J", "blank" },
      { "a\127", "blank" }, { "a\u{A0}b", "blank" }, { "a\u{2003}b", "blank" },
      { "a\u{3000}b", "blank" },
      { "a\u{200B}b", "blank" }, { "a\u{202E}b", "blank" }, { "a\u{FEFF}", "blank" },
      { "a\u{85}b", "blank" },
      { "a\u{2066}b", "blank" }, { "a\u{AD}b", "blank" },
      { "a\\b", "backslash" }, { "..\\a", "backslash" }, { "C:\\a", "backslash" },
      { "a,b", "contains ," },
      { "a:b", "contains :" }, { 'a"b', 'contains "' }, { "a'b", "contains '" },
      { "$HOME", "contains %$" },
      { "`id`", "contains `" }, { ("a"):rep(256), "part that is too long" },
      { ("a/"):rep(512) .. "a", "too long" },
      { "../../../../etc/passwd", "%.%." }, { "a/..\u{200B}/b", "blank" },
    }
    for _, case in ipairs(hostile) do
      it(("refuse %q"):format(case[1]:sub(1, 40)), function()
        assert.matches(case[2], ref_problem(case[1]))
        assert.is_nil(ref_problem(case[1]):find("[%c]"))
      end)
    end

    it("that are not UTF-8 are refused", function()
      for _, ref in ipairs { "\xff", "a\xc0\xafb", "\xe0\x80\xaf", "\xed\xa0\x80" } do
        assert.same({ nil, "is not UTF-8" }, { spec.check_ref(ref) })
      end
    end)

    it("that are plain are taken", function()
      for _, ref in ipairs { "1", "maps", "a/b/c", "a.b", "...", "überkarte", "%2e%2e", "~root",
        ("a"):rep(255), "a=b;c" } do
        assert.is_nil(ref_problem(ref))
      end
    end)
  end)

  describe("aliases", function()
    it("can only be the name of a new cfg file", function()
      for _, alias in ipairs { "", "server", "SERVER", "a/b", "..", "a b", "a.cfg", "-x", "ä",
        "a;b", "a\nb", ("a"):rep(65) } do
        assert.is_nil((spec.check_alias(alias)), alias)
      end
      for _, alias in ipairs { "server_overlay_1", "x", "A-1", "server2", ("a"):rep(64) } do
        assert.is_true(spec.check_alias(alias), alias)
      end
    end)
  end)

  describe("render", function()
    it("writes what parse reads back", function()
      local value = {
        port = 27016,
        overlays = { { path = "3", alias = "server_overlay_3" }, { path = "ä/1" },
        { path = "null" } },
        arguments = { "-x", "", "a: b", "#", "'\"", "~", "\\", "{}", "yes", "1" },
        config = { 'hostname "Žluťoučký 𝄞 kůň"', "rcon_password \"a\\b#: '\"", "\t",
          ("x"):rep(4096), "- a", "%", "&a *b" },
      }
      assert.same(value, parse(spec.render(value)))
      assert.equal("port: 1\n", spec.render { port = 1 })
    end)
  end)
end)
