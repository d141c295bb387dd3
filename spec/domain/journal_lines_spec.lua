-- domain.journal_lines: broken lines are joined and bounded, systemd's own words marked.
local journal_lines = require "domain.journal_lines"

describe("domain.journal_lines", function()
  local function entry(text, broken, fields)
    local out = { text = text, priority = 6, manager = false, broken = broken or false }
    for name, value in pairs(fields or {}) do out[name] = value end
    return out
  end

  local function texts(longest, entries)
    local lines, out = journal_lines.new(longest), {}
    for _, one in ipairs(entries) do lines:add(one, out) end
    lines:rest(out)
    for i, line in ipairs(out) do out[i] = line.text end
    return out
  end

  it("gives each entry as a line, and joins those that go on", function()
    assert.same({ "one", "two and three", "" },
      texts(100, { entry "one", entry("two ", true), entry("and ", true), entry "three", entry "" }))
  end)

  it("takes the priority from a line's first part", function()
    local lines, out = journal_lines.new(100), {}
    lines:add(entry("a", true, { priority = 3 }), out)
    assert.same({}, out)
    lines:add(entry("b"), out)
    assert.same({ { text = "ab", priority = 3, manager = false } }, out)
  end)

  it("drops what is beyond the longest line, not what comes after it", function()
    local parts = {}
    for i = 1, 50 do parts[i] = entry(("x"):rep(7), true) end
    parts[51], parts[52] = entry "end", entry "next"
    assert.same({ ("x"):rep(20), "next" }, texts(20, parts))
  end)

  it("ends an open line when systemd says something, and at the end", function()
    assert.same({ "half", "Killed it.", "rest" },
      texts(100, { entry("half", true), entry("Killed it.", false, { manager = true }), entry("rest", true) }))
  end)

  it("marks systemd's words, and keeps a line one line", function()
    assert.equal("[systemd] Started a b", journal_lines.shown { text = "Started a\nb", manager = true })
    assert.equal("plain", journal_lines.shown { text = "plain", manager = false })
  end)
end)
