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
    { "drops the return of a line that comes in pieces", { "a\r", "\nb" }, "5 O a\n6 O b\n" },
    { "replaces NUL", { "a\0b\n" }, "5 O a\u{FFFD}b\n" },
    { "keeps the last state of a progress bar", { " 1%\r 2%\r 3%\r\n" }, "5 O  3%\n" },
    { "keeps the last state of one that begins with a return", { "\r 1%\r 2%\r\r", "\n" }, "5 O  2%\n" },
    { "lets go of what a progress bar wrote over", { "gone\r\r\n\rgone\rshown" }, "5 O gone\n6 O shown\n" },
    { "replaces broken UTF-8 byte by byte", { "\xff\xc3(\n" }, "5 O \u{FFFD}\u{FFFD}(\n" },
    { "keeps UTF-8 and escape sequences", { "ä€😀\27[31m\n" }, "5 O ä€😀\27[31m\n" },
    { "says nothing of nothing", { "" }, "" },
  }
  for _, case in ipairs(CASES) do
    it(case[1], function() assert.equal(case[3], lines(case[2])) end)
  end

  it("says where a job's log is, and whose log a file is", function()
    assert.equal("logs/jobs/7.log", job_log.path(7))
    assert.equal(7, job_log.id "7.log")
    for _, name in ipairs { "7.log.gz", "x.log", ".log", "7", "-7.log", "9223372036854775808.log" } do
      assert.is_nil(job_log.id(name), name)
    end
  end)

  it("makes valid UTF-8 of any bytes, and one line of each line", function()
    math.randomseed(4)
    for _ = 1, 200 do
      local bytes = {}
      for i = 1, 200 do bytes[i] = string.char(math.random(0, 255)) end
      local text = table.concat(bytes)
      local out = lines { text:sub(1, 100), text:sub(101) }
      assert.truthy(utf8.len(out))
      assert.is_nil(out:find("[%z\r]"))
      local ended = text:sub(-1) == "\n" and text or text .. "\n"
      assert.equal(select(2, ended:gsub("\n", "")), select(2, out:gsub("\n", "")))
    end
  end)

  it("marks the other stream", function() assert.equal("5 E x\n", lines({ "x\n" }, "E")) end)

  it("joins a character cut between chunks, wherever the cut is", function()
    local text = "ä€😀\n"
    for cut = 1, #text - 1 do assert.equal("5 O " .. text, lines { text:sub(1, cut), text:sub(cut + 1) }) end
  end)

  it("cuts a line of more than 4096 characters and marks it; one of 4096 stays", function()
    assert.equal("5 O " .. ("x"):rep(4096) .. "\n", lines { ("x"):rep(4096) .. "\n" })
    assert.equal("5 O " .. ("x"):rep(4096) .. " … [cut]\n", lines { ("x"):rep(4097) .. "\n" })
    assert.equal("5 O " .. ("😀"):rep(4096) .. "\n", lines { ("😀"):rep(4096) .. "\n" })
    assert.equal("5 O " .. ("😀"):rep(4096) .. " … [cut]\n", lines { ("😀"):rep(5000) .. "\n" })
    assert.equal("5 O " .. ("\u{FFFD}"):rep(4096) .. " … [cut]\n", lines { ("\xff"):rep(5000) .. "\n" })
    assert.equal("6 O " .. ("x"):rep(4096) .. " … [cut]\n", lines { ("x"):rep(50000) })
  end)

  it("holds little of an endless line, and goes on after it", function()
    local splitter = job_log.splitter "O"
    for _ = 1, 2000 do assert.equal("", splitter:feed(("x"):rep(65536), 5)) end
    assert.is_true(#splitter.held < 20000)
    assert.equal("5 O " .. ("x"):rep(4096) .. " … [cut]\n5 O after\n", splitter:feed("\nafter\n", 5))
  end)

  it("notes a step of a long progress bar each second, marked as one that the line replaces", function()
    local splitter = job_log.splitter "E"
    assert.equal("", splitter:feed("10%\r", 4000))
    assert.equal("", splitter:feed("11%\r12", 4001))
    assert.equal("5001 E 12%\r\n", splitter:feed("%\r13%", 5001))
    assert.equal("", splitter:feed("\r14%\r15%", 6000))
    assert.equal("6001 E 15%\r\n", splitter:feed("\r16%", 6001))
    assert.equal("9001 E done\n", splitter:feed("\rdone\n", 9001))
    assert.equal("", splitter:feed("1%\r2%\r", 20000))
  end)

  it("notes no steps in lines that have no time", function()
    local tagger = job_log.tagger "E "
    assert.equal("", tagger:feed("10%\r11%\r", ""))
    assert.equal("E 12%\n", tagger:feed("12%\n", ""))
  end)

  it("holds little of an endless progress bar", function()
    local splitter = job_log.splitter "O"
    for _, part in ipairs { ("\r"):rep(65536), ("x"):rep(65536), ("50%\r"):rep(16384), ("\r"):rep(65536) } do
      for _ = 1, 20 do splitter:feed(part, 5) end
      assert.is_true(#splitter.held < 20000)
    end
    assert.equal("6 O end\n", splitter:feed("end\n", 6))
  end)

  it("marks a line as cut by its own length, not by that of what it was written over", function()
    assert.equal("5 O short\n", lines { ("x"):rep(50000), "\rshort\n" })
    assert.equal("5 O " .. ("x"):rep(4096) .. " … [cut]\n", lines { "short\r" .. ("x"):rep(50000), "\r\n" })
  end)

  it("gives the same lines of plain, broken and endless output, wherever it is cut", function()
    local kinds = { "plain\n", "\n", "colour \27[31m\r\n", "b\xffd ä\n", ("x"):rep(3000) .. "\n",
      ("ö"):rep(5000) .. "\n", "tail" }
    local text = {}
    for i = 1, 60 do text[i] = kinds[i * i % 11 % #kinds + 1] end
    text = table.concat(text)
    local whole = lines { text }
    for _, size in ipairs { 1, 7, 1000, 2048, 4097 } do
      local chunks = {}
      for from = 1, #text, size do chunks[#chunks + 1] = text:sub(from, from + size - 1) end
      assert.equal(whole, lines(chunks))
    end
    local one_by_one = {}
    for line in text:gmatch("[^\n]*\n?") do one_by_one[#one_by_one + 1] = line ~= "" and line or nil end
    assert.equal(whole, lines(one_by_one))
  end)
end)
