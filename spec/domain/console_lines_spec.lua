-- domain.console_lines: long lines are cut wherever the stream is chopped, and nothing else changes.
local console_lines = require "domain.console_lines"

local function through(limit, ...)
  local cutter, out = console_lines.new(limit), {}
  for i, chunk in ipairs { ... } do out[i] = cutter:feed(chunk) end
  return table.concat(out), cutter
end

describe("a console's lines", function()
  it("pass unchanged while they are short, with any bytes", function()
    local text = "one\n\ntwo\r\n\0\255\27[31m\n" .. ("x"):rep(10) .. "\nlast"
    assert.equal(text, (through(10, text)))
  end)

  it("are cut at the limit and marked, and the next line is whole", function()
    assert.equal("abcde … [cut]\nfg\n", (through(5, "abcdefgh\nfg\n")))
  end)

  it("are cut the same however the stream is chopped", function()
    local text = ("é"):rep(9) .. "\nabcdefghijk\n" .. ("x"):rep(5) .. "\n€€€€\nend"
    local whole = through(5, text)
    for size = 1, 7 do
      local chunks = {}
      for i = 1, #text, size do chunks[#chunks + 1] = text:sub(i, i + size - 1) end
      assert.equal(whole, (through(5, table.unpack(chunks))), "chunks of " .. size)
    end
  end)

  it("never end inside a character", function()
    assert.equal("ééé … [cut]\n", (through(5, "éééé\n")))
    assert.is_truthy(utf8.len((through(5, "€€€€\n"))))
  end)

  it("drop a hundred megabytes without a newline, and remember nothing of it", function()
    local cutter = console_lines.new(4096)
    local chunk = ("x"):rep(1 << 20)
    local length = 0
    for _ = 1, 100 do length = length + #cutter:feed(chunk) end
    assert.equal(4096 + #" … [cut]", length)
    assert.equal("\nok\n", cutter:feed("\nok\n"))
  end)

  it("know whether a line is open", function()
    local _, cutter = through(5, "abc")
    assert.is_false(cutter:at_line_start())
    cutter:feed("\n")
    assert.is_true(cutter:at_line_start())
  end)
end)

describe("Console lines for a terminal", function()
  local function shown(...)
    local inert, out = console_lines.inert(), {}
    for i, chunk in ipairs { ... } do out[i] = inert(chunk) end
    return table.concat(out)
  end

  it("show terminal sequences and do not send them", function()
    assert.equal("\\x1b]52;c;eA==\\x07 \\x1b[2J\\x08\\x7f\\x00", shown "\27]52;c;eA==\7 \27[2J\8\127\0")
    assert.equal("\\xc2\\x9b31m", shown "\u{9B}31m")
  end)

  it("are the same however the stream is cut", function()
    assert.equal("\\xc2\\x9bx", shown("\xC2", "\x9Bx"))
    assert.equal("\u{A9}", shown("\xC2", "\xA9"))
    assert.equal("ab\n", shown("a\r", "b\r", "\n"))
  end)

  it("leave lines, tabs and every letter as they are", function()
    local text = "a\tb\nJosé \u{4E16}\u{1F600}\n"
    assert.equal(text, shown(text))
  end)
end)
