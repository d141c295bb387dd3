-- Specs of base.text: what people typed and programs printed.
local text = require "base.text"

describe("base.text", function()
  it("trims both ends", function()
    assert.equal("a b", text.trim(" \t a b\n"))
    assert.equal("", text.trim("  "))
    assert.equal("", text.trim(""))
  end)

  it("is done with a megabyte of blanks or of broken bytes at once", function()
    local blanks = (" "):rep(1 << 20)
    assert.equal(#blanks + 2, #text.trim(blanks .. "x" .. blanks .. "x" .. blanks))
    assert.equal("", text.trim(blanks))
    assert.equal(4 << 20, #text.printable(("\xff"):rep(1 << 20)))
  end)

  it("splits lines of either end", function()
    local cases = {
      { "", {} }, { "a", { "a" } }, { "a\n", { "a" } }, { "a\r\nb", { "a", "b" } },
      { "\n", { "" } }, { "a\n\nb\n", { "a", "", "b" } },
    }
    for _, case in ipairs(cases) do assert.same(case[2], text.lines(case[1])) end
  end)

  it("finds what makes a text unfit", function()
    local fine = { "", "plain", "Grüße 🎮", "مرحبا", "non-breaking\u{A0}space" }
    for _, s in ipairs(fine) do assert.is_nil(text.problem(s)) end
    local bad = {
      "a\0b", "a\nb", "a\27[31m", "a\127", "\u{85}", "\xff", "\xC0\xAF", "\xED\xA0\x80",
      "cut \xE2\x82", "\xC2",
    }
    for _, s in ipairs(bad) do assert.is_string(text.problem(s)) end
    assert.is_nil(text.problem("a\n\tb", "\n\t"))
    assert.is_string(text.problem("a\rb", "\n\t"))
  end)

  it("finds what is not seen and may turn or hide other words, and makes it visible", function()
    local unseen = { 0x61C, 0x200B, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A, 0x202E, 0x2060, 0x2064, 0x2066, 0x2069,
      0xFEFF, 0xFFF9, 0xFFFB, 0xE0000, 0xE0001, 0xE0020, 0xE007F }
    for _, code in ipairs(unseen) do
      local name = "é" .. utf8.char(code) .. "b"
      assert.equal(3, text.invisible(name), ("U+%04X"):format(code))
      assert.equal("é\u{FFFD}b", text.visible(name))
    end
    assert.equal(2, text.invisible "a\u{2069}\u{61C}")
    local seen = { "", "plain", "Grüße 🧟‍♂️🔥", "می‌خواهم", "مرحبا עברית", "“quoted” – …",
      "\u{2010}\u{2027}\u{202F}\u{205F}", "\u{61B}\u{61D}\u{2070}\u{FFFD}\u{FEFE}\u{E0100}", "\u{FE0F}" }
    for _, name in ipairs(seen) do
      assert.is_nil(text.invisible(name), name)
      assert.equal(name, text.visible(name))
    end
  end)

  it("takes the tags of a flag for seen, and no others", function()
    local function flag(tags)
      local out = "\u{1F3F4}"
      for byte in tags:gmatch "." do out = out .. utf8.char(0xE0000 + byte:byte()) end
      return out .. "\u{E007F}"
    end
    local england, texas = flag "gbeng", flag "ustx"
    local name = england .. texas .. " é " .. flag "gbsct"
    assert.is_nil(text.invisible(name))
    assert.equal(name .. "\u{FFFD}", text.visible(name .. "\u{202E}"))
    assert.equal(#name + 1, text.invisible(name .. "\u{202E}"))
    for _, bad in ipairs { england:sub(1, -5), england:sub(5), flag "gb", flag "gbengland", flag "GBENG", flag "gb-en",
      "\u{1F3F3}" .. england:sub(5), england .. "\u{E0041}" } do
      assert.is_number(text.invisible(bad))
      assert.is_nil(text.invisible(text.visible(bad)))
    end
    assert.is_nil(text.invisible "\u{1F3F4}\u{200D}\u{2620}\u{FE0F}")
  end)

  it("knows a text of which nothing is seen", function()
    for _, code in ipairs { 0x20, 0xA0, 0xAD, 0x34F, 0x115F, 0x1160, 0x1680, 0x17B4, 0x180E, 0x2000, 0x200A, 0x200B,
      0x200C, 0x200D, 0x202F, 0x205F, 0x2800, 0x3000, 0x3164, 0xFE0F, 0xFFA0, 0xE0100 } do
      assert.is_true(text.blank(utf8.char(code, 0x20, code)), ("U+%04X"):format(code))
      assert.is_false(text.blank(utf8.char(code, 0x61)))
    end
    for _, seen in ipairs { ".", "é", "\u{2801}", "\u{3131}", "🧟‍♂️", "می‌خواهم", "\u{FFFD}" } do
      assert.is_false(text.blank(seen))
    end
  end)

  it("makes anything printable on one line", function()
    local cases = {
      { "fine ü", "fine ü" }, { "a\nb", "a\\x0ab" }, { "\27]52;c;x\7", "\\x1b]52;c;x\\x07" },
      { "\xff\xfe", "\\xff\\xfe" }, { "\u{9B}31m", "\\xc2\\x9b31m" }, { "ok\xC2", "ok\\xc2" },
      { "\xE2\x82ü\x80", "\\xe2\\x82ü\\x80" }, { "", "" },
    }
    for _, case in ipairs(cases) do assert.equal(case[2], text.printable(case[1])) end
  end)

  it("shortens by characters, not bytes", function()
    assert.equal("üüü", text.shorten("üüü", 3))
    assert.equal("üü…", text.shorten("üüüü", 3))
  end)

  it("lists words as people do", function()
    local cases = { { {}, "" }, { { "a" }, "a" }, { { "a", "b" }, "a and b" },
      { { "a", "b", "c" }, "a, b and c" } }
    for _, case in ipairs(cases) do assert.equal(case[2], text.listed(case[1])) end
  end)

  it("escapes all that is not plain in an address", function()
    assert.equal("a-b._~%2F%20%25%C3%BC%00%0A%26", text.percent("a-b._~/ %ü\0\n&"))
  end)
end)
