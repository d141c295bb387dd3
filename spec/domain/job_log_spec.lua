-- Lines of a job log: any bytes in, in any pieces; valid, bounded lines out.
local job_log = require "domain.job_log"

local function lines(chunks, stream)
  local splitter, out = job_log.splitter(stream or "O"), {}
  for _, chunk in ipairs(chunks) do out[#out + 1] = splitter:feed(chunk, 5) end
  out[#out + 1] = splitter:finish(6)
  return table.concat(out)
end

describe("The job log's splitter", function()
  local CASES = {
    { "stamps each line with time and stream", { "a\nb\n" }, "5 O a\n5 O b\n" },
    { "joins a line that comes in pieces", { "hel", "lo", "\n" }, "5 O hello\n" },
    { "keeps the last line without an end", { "a\nlast" }, "5 O a\n6 O last\n" },
    { "keeps empty lines", { "\n\n" }, "5 O \n5 O \n" },
    { "drops the return before a line's end", { "a\r\n" }, "5 O a\n" },
    { "replaces NUL and inner returns", { "a\0b\rc\n" }, "5 O a\u{FFFD}b\u{FFFD}c\n" },
    { "replaces broken UTF-8 byte by byte", { "\xff\xc3(\n" }, "5 O \u{FFFD}\u{FFFD}(\n" },
    { "keeps UTF-8 and escape sequences", { "ä€😀\27[31m\n" }, "5 O ä€😀\27[31m\n" },
    { "says nothing of nothing", { "" }, "" },
  }
  for _, case in ipairs(CASES) do
    it(case[1], function() assert.equal(case[3], lines(case[2])) end)
  end

  it("marks the other stream", function() assert.equal("5 E x\n", lines({ "x\n" }, "E")) end)

  it("joins a character cut between chunks, wherever the cut is", function()
    local text = "ä€😀\n"
    for cut = 1, #text - 1 do assert.equal("5 O " .. text, lines { text:sub(1, cut), text:sub(cut + 1) }) end
  end)

  it("cuts a line of more than 4096 characters and marks it; one of 4096 stays", function()
    assert.equal("5 O " .. ("x"):rep(4096) .. "\n", lines { ("x"):rep(4096) .. "\n" })
    assert.equal("5 O " .. ("x"):rep(4096) .. " … [cut]\n", lines { ("x"):rep(4097) .. "\n" })
    assert.equal("5 O " .. ("😀"):rep(4096) .. " … [cut]\n", lines { ("😀"):rep(5000) .. "\n" })
  end)

  it("holds little of an endless line, and goes on after it", function()
    local splitter = job_log.splitter "O"
    for _ = 1, 2000 do assert.equal("", splitter:feed(("x"):rep(65536), 5)) end
    assert.is_true(#splitter.held < 20000)
    assert.equal("5 O " .. ("x"):rep(4096) .. " … [cut]\n5 O after\n", splitter:feed("\nafter\n", 5))
  end)
end)
