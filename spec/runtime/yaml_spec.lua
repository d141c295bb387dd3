-- host.yaml: events, their places, and failures.
local yaml = require "host.yaml"

--- Events as "type value" words, or nil and what went wrong.
local function read(text)
  local next, _, _, _ <close> = yaml.events(text)
  local words = {}
  while true do
    local event, message, code = next()
    if message then return nil, message, code end
    if not event then return table.concat(words, " ") end
    local word = event.type:gsub("_start", "+"):gsub("_end", "-")
    words[#words + 1] = word .. (event.value and "=" .. event.value or "")
  end
end

--- The first event of a type.
local function first(text, type)
  for event in yaml.events(text) do
    if event.type == type then return event end
  end
end

describe("host.yaml", function()
  it("hands out events in order", function()
    assert.equal("stream+ document+ " ..
      "mapping+ scalar=a sequence+ scalar=1 scalar=b sequence- mapping- document- stream-",
      read("a: [1, 'b']\n"))
    assert.equal("stream+ stream-", read(""))
  end)

  it("says where a scalar is and how it was written", function()
    assert.same({ type = "scalar", value = "x", line = 3, column = 2, style = "plain" },
      first("\n\n x\n", "scalar"))
    for text, style in pairs { ["'x'"] = "single", ['"x"'] = "double", ["|\n x"] = "literal",
      [">\n x"] = "folded" } do
      assert.equal(style, first(text, "scalar").style)
    end
    assert.equal("a\0b", first([["a\0b"]], "scalar").value)
  end)

  it("names anchors, aliases and tags", function()
    assert.equal("a", first("&a x", "scalar").anchor)
    assert.equal("a", first("[&a x, *a]", "alias").anchor)
    assert.equal("!t", first("!t x", "scalar").tag)
    assert.equal("tag:yaml.org,2002:map", first("!!map {}", "mapping_start").tag)
    assert.equal("s", first("&s []", "sequence_start").anchor)
    assert.equal("flow", first("[]", "sequence_start").style)
    assert.equal("block", first("- a", "sequence_start").style)
  end)

  local broken = {
    { "a: b: c", "line 1, column 5: " }, { "a: [1", "line %d, column %d: " },
    { "\t- a", "line 1, column 1: " },
    { "a: 'x", "line %d+, column %d+: " }, { "a: \xff", "byte 3: " }, { "a: \0", "byte 3: " },
    { "*a: *b: c", "line 1" }, { "%YAML 9.0\n---\na", "line 1" }, { ("["):rep(2000), "line 2" },
  }
  for _, case in ipairs(broken) do
    it(("refuses %q"):format(case[1]:sub(1, 30)), function()
      local words, message, code = read(case[1])
      assert.is_nil(words)
      assert.matches("^" .. case[2], message)
      assert.equal("YAML_SYNTAX", code)
    end)
  end

  it("stays ended after the end and after a failure", function()
    local next = yaml.events("a: b: c")
    while next() do end
    assert.is_nil((next()))
    assert.is_nil((next()))
  end)

  it("raises once closed", function()
    local next, _, _, closing = yaml.events("a")
    next()
    do local _ <close> = closing end
    assert.has_error(next, "closed host.yaml reader")
  end)

  it("gives memory back when an allocation fails", function()
    local fault = require "host.fault"
    local source = [[
      for event in require("host.yaml").events("a: &x [1, 'b', !t {c: *x}]") do
        assert(event.type)
      end
    ]]
    for n = 0, 2000 do
      if fault.run(source, n) then return end
    end
    error("never succeeded")
  end)
end)
