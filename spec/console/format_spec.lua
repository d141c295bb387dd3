-- console.format: columns, records, and output no terminal obeys.
local format = require "console.format"

describe("console.format", function()
  it("shows a list of records as columns, known names first", function()
    local lines = {
      "id  name      port   actual_state  created_at",
      "1   campaign  27015  running       2026-11-21 04:00:00",
      "12  ä         27016                2026-11-21 04:00:01",
      "… more beyond id 12",
    }
    assert.equal(table.concat(lines, "\n"), format.value {
      { id = 1, name = "campaign", port = 27015, actual_state = "running",
        created_at = 1795233600000 },
      { id = 12, name = "ä", port = 27016, created_at = 1795233601000 },
      next = 12,
    })
  end)

  it("shows a record as lines and keeps the lines of a text", function()
    assert.equal("id      7\nname    x\nconfig  {sv_cheats 0, b}\nscript  \n    echo 1\n    echo 2",
      format.value { id = 7, name = "x", script = "echo 1\necho 2\n", config = { "sv_cheats 0",
        "b" } })
  end)

  it("shows scalars plainly", function()
    local cases = { { "a\nb", "a\nb" }, { 1.5, "1.5" }, { true, "true" }, { nil, "nil" },
    { {}, "(none)" },
      { { 1, 2, "x" }, "{1, 2, x}" }, { print, "(a function)" },
      { { [1] = 1, x = { y = 2 } }, "{1, x = {y = 2}}" } }
    for _, case in ipairs(cases) do assert.equal(case[2], format.value(case[1])) end
    assert.equal("nil", format.value(nil))
  end)

  it("bounds width, rows, depth and length", function()
    local rows = {}
    for i = 1, 600 do rows[i] = { id = i, name = ("x"):rep(500) } end
    local out = format.value(rows)
    assert.matches("… and 100 more$", out)
    for line in out:gmatch("[^\n]+") do assert.is_true(utf8.len(line) <= 60) end
    local loop = {}
    loop[1], loop.x = loop, loop
    assert.is_true(#format.value { { loop = loop } } < 1000)
    assert.is_true(#format.value(("x"):rep(10000000)) < 70000)
    local wide = {}
    for i = 1, 100000 do wide["k" .. i] = i end
    assert.is_true(#format.value { wide, 1 } < 10000)
  end)

  it("bounds what it shows of tables within tables, and of many long fields", function()
    local loop, rows, long = {}, {}, {}
    for i = 1, 40 do loop[i] = loop end
    for i = 1, 500 do rows[i] = { loop = loop, name = "server " .. i } end
    for i = 1, 200 do long[("k%03d"):format(i)] = ("\xff"):rep(60000) .. "\n" end
    assert.is_true(#format.value(loop) < 1 << 19)
    assert.is_true(#format.value(long) < 1 << 20)
    local lines = format.value(rows)
    assert.matches("name.*\nserver 1 .*\n… and %d+ more$", lines)
    for line in lines:gmatch("[^\n]+") do assert.is_true(utf8.len(line) < 300) end
    local wide = {}
    for i = 1, 500 do
      wide[i] = {}
      for j = 1, 1000 do wide[i]["k" .. j] = ("x"):rep(60) end
    end
    assert.is_true(#format.value(wide) < 1 << 20)
  end)

  it("never calls the table's own code", function()
    local function boom() error("called") end
    local trap = setmetatable({ 1, a = 2 }, {
      __index = boom, __len = boom, __pairs = boom, __tostring = boom, __name = boom, __eq = boom,
        __lt = boom,
    })
    assert.equal("{1, a = 2}", format.value(trap))
    assert.is_string(format.value { trap })
    assert.is_string(format.value { x = trap })
    assert.is_string(format.value(setmetatable({}, getmetatable(trap))))
    assert.is_string(format.value { [trap] = trap, [true] = 1, [1.5] = 2, x = 1 })
  end)

  it("makes control characters inert wherever they are", function()
    local evil = "\27]52;c;aGk=\7\27[2J\r\8\127\u{9B}31m\u{202E}\u{2066}\u{200F}\xff"
    for _, value in ipairs { evil, { evil }, { x = evil }, { { x = evil } }, { [evil] = 1 },
      { { [evil] = 1 } },
      { x = "a\n" .. evil } } do
      local out = format.value(value)
      assert.is_nil(out:find("[\0-\9\11-\31\127]"))
      assert.is_nil(out:find("\u{9B}", 1, true))
      assert.is_nil(out:find("\u{202E}", 1, true))
      assert.is_nil(out:find("\u{2066}", 1, true))
      assert.truthy(utf8.len(out))
    end
  end)
end)
