-- Specs of web.measures: sizes and lengths of time as people read them.
local measures = require "web.measures"
local words = require "web.words"

local en, de = words.of "en", words.of "de"

describe("A size", function()
  it("has a unit of 1024s and three digits or so", function()
    for bytes, text in pairs {
      [0] = "0 B", [1] = "1 B", [1023] = "1023 B", [1024] = "1.0 KiB", [1536] = "1.5 KiB", [102348] = "99.9 KiB",
      [102400] = "100 KiB", [1 << 20] = "1.0 MiB", [20 << 30] = "20.0 GiB", [3 << 40] = "3.0 TiB",
      [math.maxinteger] = "8388608 TiB",
    } do
      assert.equal(text, measures.size(en, bytes))
    end
    assert.equal("1,5 KiB", measures.size(de, 1536))
  end)
end)

describe("A length of time", function()
  it("has its two largest units", function()
    for ms, text in pairs {
      [0] = "under 1 s", [999] = "under 1 s", [1000] = "1 s", [59999] = "59 s", [60000] = "1 min 0 s",
      [125000] = "2 min 5 s", [3600000] = "1 h 0 min", [90061000] = "25 h 1 min",
    } do
      assert.equal(text, measures.duration(en, ms))
    end
  end)
end)
